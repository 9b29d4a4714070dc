"""ReproSchema activities: items with their scores, totals, and slips in languages told exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xinqiao.core.form import Form
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.forms.draft import Draft, judged
from xinqiao.forms.json_source import Part, read_json
from xinqiao.forms.reproschema import is_activity, read_reproschema

OPTIONS = {
    "choices": [{"name": {"en": "No", "zh-cn": "否"}, "value": 0}, {"name": {"en": "Yes", "zh-cn": "是"}, "value": 1}]
}


def activity(folder: Path, *items: dict[str, Any], **more: Any) -> Path:
    (folder / "items").mkdir(parents=True)
    (folder / "options").write_text(json.dumps(OPTIONS), encoding="utf-8")
    properties = []
    for at, item in enumerate(items):
        whole = {"question": {"en": "Q", "zh-cn": "问"}, "ui": {"inputType": "radio"}, "responseOptions": "../options"}
        (folder / "items" / f"i{at}").write_text(json.dumps(whole | item), encoding="utf-8")
        properties.append({"isAbout": f"items/i{at}", "variableName": f"i{at}", "isVis": True, "valueRequired": True})
    ui = {"order": [f"items/i{at}" for at in range(len(items))], "addProperties": properties}
    document = {"category": "Activity", "id": "made_schema", "prefLabel": {"en": "M", "zh-cn": "例"}, "ui": ui}
    path = folder / "made_schema"
    path.write_text(json.dumps(document | more), encoding="utf-8")
    return path


def taken(path: Path) -> tuple[Form, Draft]:
    value = read_json(path.read_bytes(), str(path))
    assert isinstance(value, dict)
    document = Part(value=value, place=Place(file=str(path)))
    assert is_activity(document)
    draft = read_reproschema(document, path)
    draft.plain |= {"seal_to": ["recovery"], "retention": {"days": 9}}
    made = draft.plain["settings"]
    assert isinstance(made, dict)
    made["purpose"] = "survey"
    return judged(draft, {}, {})[1], draft


def refused(path: Path) -> list[Problem]:
    with pytest.raises(XinqiaoError) as caught:
        taken(path)
    return list(caught.value.problems)


def test_items_scores_conditions_and_totals_come_in(tmp_path: Path) -> None:
    compute = [{"variableName": "total", "jsExpression": "i0 + i1"}, {"variableName": "odd", "jsExpression": "i0 * 2"}]
    path = activity(tmp_path / "a", {}, {}, compute=compute)
    document = json.loads(path.read_text())
    document["ui"]["addProperties"][1]["isVis"] = "i0 > 0 && i0 !== 'x'"
    path.write_text(json.dumps(document))
    form, draft = taken(path)
    relevant = form.question("i1").relevant
    assert relevant is not None
    assert relevant.source == "${i0} > 0 and ${i0} != 'x'"
    assert [choice.score for choice in form.question("i0").choices] == [0, 1]
    assert [(scale.name, scale.items) for scale in form.scales] == [("total", ("i0", "i1"))]
    assert not form.untranslated
    assert {note.code for note in draft.notes} == {"import-scale-made", "import-part-left-out"}


def test_slips_in_languages_are_told_at_the_item(tmp_path: Path) -> None:
    said = {"en": "Q", "zh-cn": "问", "fr": "Q"}
    items = [{"question": said}, {"question": said}, {"question": {"en": "Q", "zn-ch": "问", "fr": "Q"}},
             {"question": {"en": "Q", "zh-cn": "问"}}]  # fmt: skip
    form, draft = taken(activity(tmp_path / "a", *items, {"question": said}))
    told = {note.code: (note.place.question, dict(note.params)) for note in draft.notes}
    assert told["import-untranslated"][1] == {"lang": "zh", "count": 1}
    assert form.untranslated == ("zh",)


def test_files_outside_and_files_that_are_not_there_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(json.dumps(OPTIONS))
    for at, named in enumerate(["../../../secret", "gone", "https://example.org/options", "\0"]):
        problems = refused(activity(tmp_path / f"deep{at}" / "a", {"responseOptions": named}))
        assert "repro-file-missing" in {problem.code for problem in problems}


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"ui": {"inputType": "audioRecord"}}, "feature-unsupported"),
        ({"responseOptions": {"choices": [{}]}}, "json-shape"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, item: dict[str, Any], code: str) -> None:
    assert code in {problem.code for problem in refused(activity(tmp_path / "a", {}, item))}


def test_a_condition_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = activity(tmp_path / "a", {}, {})
    document = json.loads(path.read_text())
    document["ui"]["addProperties"][1]["isVis"] = "alert({a: 1})"
    path.write_text(json.dumps(document))
    assert "repro-expression" in {problem.code for problem in refused(path)}


@pytest.mark.parametrize(
    ("name", "items", "told"),
    [
        ("GAD7/GAD7_schema", 7, {("repro-language-missing", "gad7_7", "pt-pt")}),
        ("PHQ-9/PHQ9_schema", 9, {("repro-language-key", "phq9_3", "zn-ch")}),
        ("PHQ-8/PHQ8_schema", 8, {("repro-language-key", "phq8_3", "zn-ch")}),
        ("PHQ-8/PHQ8_schema", 8, {("repro-property-unmatched", "phq8_1", "items/phq8_1")}),
    ],
)  # fmt: skip
def test_real_activities_come_in_and_their_slips_are_told(
    real_data: Path, name: str, items: int, told: set[tuple[str, str, str]]
) -> None:
    path = real_data.parent / "real-forms" / "reproschema" / "activities" / name
    if not path.is_file():
        pytest.skip("the real forms are not beside this repository")
    form, draft = taken(path)
    (scale,) = form.scales
    assert len(scale.items) == items
    assert all([choice.score for choice in form.question(item).choices] == [0, 1, 2, 3] for item in scale.items)
    keys = ("langs", "key", "path")
    found = {
        (n.code, n.place.question, str(next((n.params[k] for k in keys if k in n.params), ""))) for n in draft.notes
    }
    assert told <= found
