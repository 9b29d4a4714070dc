"""FHIR Questionnaires: scores from each of the places where they hide, conditions, codes; and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xinqiao.config import load_config
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, Place, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.flows.project import choice_lists, coarser_steps
from xinqiao.forms.draft import Draft, judged
from xinqiao.forms.fhir.read import read_fhir
from xinqiao.forms.fhir.write import write_fhir
from xinqiao.forms.json_source import Part, read_json
from xinqiao.forms.read import read_form

ROOT = Path(__file__).parents[2]
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
SCORE = [{"url": ORDINAL, "valueDecimal": 2}]
UNKNOWN = [{"question": "z", "operator": "="}]
HALF = [{"url": ORDINAL, "valueDecimal": 0.5}]
CONCEPTS = [{"code": "a", "display": "A", "extension": SCORE}, {"code": "b c", "display": "B"}]
SETS: dict[str, dict[str, Any]] = {
    "compose": {"resourceType": "ValueSet", "id": "v", "url": "u:v", "compose": {"include": [{"concept": CONCEPTS}]}},
    "expansion": {"resourceType": "ValueSet", "id": "v", "url": "u:v", "expansion": {"contains": CONCEPTS}},
}
CHOICE = {"linkId": "1/q", "type": "choice", "text": "Well?"}


def asked(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "Questionnaire", "id": "quest", "title": "Q", "item": list(items), **more}


def taken(value: Any) -> tuple[Form, Draft]:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    read = read_json(raw, "q.json")
    draft = read_fhir(Part(value=read if isinstance(read, dict) else {}, place=Place(file="q.json")), "q.json")
    draft.plain |= {"seal_to": ["recovery"], "retention": {"days": 9}}
    made = draft.plain["settings"]
    assert isinstance(made, dict)
    made["purpose"] = "survey"
    return judged(draft, {}, {})[1], draft


def refused(value: Any) -> dict[str, Problem]:
    with pytest.raises(XinqiaoError) as caught:
        taken(value)
    assert caught.value.exit_code is ExitCode.CONTENT
    return {problem.code: problem for problem in caught.value.problems}


@pytest.mark.parametrize(
    "value",
    [
        asked({**CHOICE, "answerOption": [{"extension": SCORE, "valueCoding": {"code": "a"}}, {"valueString": "b c"}]}),
        asked({**CHOICE, "answerOption": [{"valueCoding": {"code": "a", "extension": SCORE}}, {"valueString": "b c"}]}),
        asked({**CHOICE, "answerValueSet": "#v"}, contained=[SETS["compose"]]),
        asked({**CHOICE, "answerValueSet": "u:v|1"}, contained=[SETS["expansion"]]),
        {"resourceType": "Bundle", "entry": [
            {"resource": asked({**CHOICE, "answerValueSet": "u:v"})}, {"resource": SETS["compose"]}
        ]},
    ],
    ids=["option", "coding", "contained", "referenced", "bundle"],
)  # fmt: skip
def test_scores_are_found_wherever_they_hide(value: dict[str, Any]) -> None:
    form, draft = taken(value)
    assert [(choice.name, choice.score) for choice in form.question("1_q".replace("1", "q_1", 1)).choices] == [
        ("a", 2),
        ("b-c", None),
    ]
    assert "import-renamed" in {note.code for note in draft.notes}


def test_conditions_limits_and_codes_are_kept() -> None:
    code = [{"system": "http://loinc.org", "code": "1-1"}]
    form, _ = taken(
        asked(
            {"linkId": "n", "type": "integer", "text": "N", "maxLength": 3, "code": code, "required": True},
            {"linkId": "b", "type": "boolean", "text": "B"},
            {"linkId": "g", "type": "group", "text": "G", "item": [
                {"linkId": "d", "type": "date", "text": "D", "enableBehavior": "any", "enableWhen": [
                    {"question": "b", "operator": "=", "answerBoolean": True},
                    {"question": "n", "operator": ">", "answerInteger": 4},
                    {"question": "n", "operator": "!=", "answerInteger": 4},
                    {"question": "n", "operator": "exists", "answerBoolean": False},
                ]},
            ]},
            code=code,
        )
    )  # fmt: skip
    relevant = form.question("d").relevant
    assert relevant is not None
    assert relevant.source == "${b} = 'true' or ${n} > 4 or (${n} != '' and ${n} != 4) or ${n} = ''"
    assert (form.loinc, form.question("n").loinc, form.question("n").required) == ("1-1", "1-1", True)
    assert form.sections[-1].title is not None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"{", "json-broken"),
        (b"\xff\xfe", "json-broken"),
        (b"[" * 5000, "json-broken"),
        (b'{"a": ' + b"9" * 5000 + b"}", "json-broken"),
        ({"resourceType": "Patient"}, "import-format"),
        (asked({**CHOICE, "answerValueSet": "http://x/y"}), "fhir-valueset-missing"),
        (asked({**CHOICE, "answerOption": [{"extension": HALF, "valueString": "a"}]}), "fhir-score"),
        (asked({"linkId": "a", "type": "quantity", "text": "A"}), "feature-unsupported"),
        (asked({**CHOICE, "type": "string", "enableWhen": UNKNOWN}), "fhir-question-unknown"),
        (asked({"linkId": "a", "type": "string", "text": 5}), "json-shape"),
        (asked(item=5), "json-shape"),
    ],
)  # fmt: skip
def test_a_wrong_questionnaire_is_a_problem_with_its_place(value: Any, code: str) -> None:
    problem = refused(value)[code]
    assert problem.place.file == "q.json"
    if code.startswith("fhir"):
        assert problem.place.question


def test_a_calculated_total_becomes_a_scale_and_what_is_left_out_is_told() -> None:
    total = {"url": "x/sdc-questionnaire-calculatedExpression", "valueExpression": {"expression": "w(linkId = '1/q')"}}
    options = [{"extension": SCORE, "valueCoding": {"code": "a"}}]
    form, draft = taken(
        asked(
            {**CHOICE, "answerOption": options}, {"linkId": "t", "type": "decimal", "text": "T", "extension": [total]}
        )
    )
    assert [(scale.name, scale.items) for scale in form.scales] == [("t", ("q_1_q",))]
    assert {"import-scale-made", "import-part-left-out"} <= {note.code for note in draft.notes}


def own(name: str) -> Form:
    config = load_config(ROOT)
    return read_form(ROOT / "forms" / f"{name}.yml", choice_lists(config), coarser_steps(config))


def test_a_plain_sum_goes_out_as_a_total_and_comes_back_as_a_scale() -> None:
    form = own("phq9")
    text, _ = write_fhir(form, "phq9")
    (total,) = [item for item in json.loads(text)["item"] if item["linkId"] == "phq9"]
    (said,) = [each["valueExpression"]["expression"] for each in total["extension"]]
    assert total["readOnly"] and said.startswith("iif(") and ".count() = 9" in said and "ordinal().sum()" in said
    again, _ = taken(text.encode())
    assert [(scale.name, scale.items, scale.method) for scale in again.scales] == [
        ("phq9", form.scale("phq9").items, form.scale("phq9").method)
    ]
    assert (again.loinc, [question.loinc for question in again.questions]) == (
        "44249-1",
        [question.loinc for question in form.questions],
    )


def test_a_scale_that_is_no_plain_sum_of_choices_has_no_total() -> None:
    for name in ("rses", "training-feedback"):
        form = own(name)
        items = {item["linkId"] for item in json.loads(write_fhir(form, name)[0])["item"]}
        assert items.isdisjoint(
            scale.name for scale in form.scales if scale.method.value != "sum" or scale.reversed_items
        )


def test_choices_without_scores_are_told_by_the_name_of_their_question() -> None:
    bare, some = (
        [{"valueCoding": {"code": code}} for code in "ab"],
        [{"extension": SCORE, "valueCoding": {"code": "a"}}],
    )
    asked_of = {
        name: {"linkId": name, "type": "choice", "text": name, "answerOption": options}
        for name, options in {"none": bare, "half": [*some, *bare[1:]], "whole": some}.items()
    }
    told = {
        names: [
            note.params["names"]
            for note in taken(asked(*(asked_of[n] for n in names)))[1].notes
            if "scores" in note.code
        ]
        for names in (("none",), ("none", "whole"), ("half", "whole"), ("half", "none"))
    }
    assert told == {("none",): ["none"], ("none", "whole"): [], ("half", "whole"): ["half"], ("half", "none"): ["half"]}


@pytest.mark.parametrize("name", ["phq9", "gad7", "training-feedback", "referral"])
def test_what_is_exported_comes_back_with_the_same_questions(name: str) -> None:
    form = own(name)
    text, notes = write_fhir(form, name)
    again, _ = taken(text.encode())
    assert [note.code for note in notes] == ["export-left-out"]
    assert not again.untranslated
    assert again.consent == form.consent
    for question in form.questions:
        back = again.question(question.name)
        assert (back.label, back.hint, back.required) == (question.label, question.hint, question.required)
        assert [(c.name, c.score, c.label) for c in back.choices] == [
            (c.name, c.score, c.label) for c in question.choices
        ]
        for choice in form.questions[0].choices if question.relevant else ():
            values = dict.fromkeys(question.relevant.names() if question.relevant else (), choice.name)
            assert question.relevant is not None
            assert back.relevant is not None
            assert back.relevant.holds(values) == question.relevant.holds(values)


def test_what_fhir_cannot_say_is_refused_by_name() -> None:
    with pytest.raises(XinqiaoError) as caught:
        write_fhir(read_form(ROOT / "tests" / "forms" / "full.yml"), "full.yml")
    assert {problem.code for problem in caught.value.problems} == {"export-unsupported"}
    assert "bmi" in {problem.place.question for problem in caught.value.problems}


def test_real_questionnaires_keep_their_scores(real_data: Path) -> None:
    folder = real_data.parent / "real-forms" / "fhir"
    if not folder.is_dir():
        pytest.skip("the real forms are not beside this repository")
    for path in sorted(folder.glob("*[pP][hH][qQ]*9*.json")):
        if "response" in path.name:
            assert "import-format" in refused(path.read_bytes())
            continue
        form, _ = taken(path.read_bytes())
        scored = [question for question in form.questions if question.scored]
        assert [[choice.score for choice in question.choices] for question in scored] == [[0, 1, 2, 3]] * 9, path.name
        assert form.untranslated == (Lang.ZH,)


def test_the_codes_of_phq9_are_those_of_a_published_questionnaire(real_data: Path) -> None:
    folder = real_data.parent / "real-forms" / "fhir"
    if not folder.is_dir():
        pytest.skip("the real forms are not beside this repository")
    theirs, _ = taken((folder / "lforms_R4_phq9.json").read_bytes())
    ours = own("phq9")
    assert ours.loinc == theirs.loinc
    assert [q.loinc for q in ours.questions] == [q.loinc for q in theirs.questions if q.choices]


def test_a_questionnaire_without_any_score_says_so(real_data: Path) -> None:
    file = real_data.parent / "real-forms" / "fhir" / "bdhg_GCS.json"
    if not file.is_file():
        pytest.skip("the real forms are not beside this repository")
    _, draft = taken(file.read_bytes())
    (note,) = [note for note in draft.notes if note.code == "import-scores-lacking"]
    assert str(note.params["names"]).count(",") == 2
