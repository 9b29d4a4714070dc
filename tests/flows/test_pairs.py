"""Before and after, from two forms: joined by the code that people make, told once, and never otherwise later."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope, Row, ScoredRow, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.expire import expire
from xinqiao.flows.pairs import joined
from xinqiao.flows.project import load_form, recipients
from xinqiao.forms.read import read_form
from xinqiao.intake.codes import Codes
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import new_identity, payload, seal
from xinqiao.intake.store import Store

BEFORE, AFTER = "calm-before", "calm-after"
YAML = """
settings: {{form_id: {form}, version: 1, purpose: survey, title: {{zh: 例子, en: {form}}}}}
consent: {{zh: 同意, en: Agreed}}
survey:
  - {{type: text, name: code, label: {{zh: 代码, en: Code}}, required: true, role: match}}
  - {{type: select_one level, name: calm, label: {{zh: 平静, en: Calm}}, required: true}}
choices:
  level:
    - {{name: "0", score: 0, label: {{zh: 零, en: None}}}}
    - {{name: "1", score: 1, label: {{zh: 一, en: One}}}}
    - {{name: "2", score: 2, label: {{zh: 二, en: Two}}}}
    - {{name: "3", score: 3, label: {{zh: 三, en: Three}}}}
scales:
  - {{name: calm_score, title: {{zh: 平静分, en: Calm score}}, items: [calm], method: sum}}
{summaries}seal_to: [aggregation, recovery]
retention: {{days: {days}}}
"""
SUMMARIES = """summaries:
  - name: change
    title: {zh: 变化, en: Change}
    by: []
    measures: [n, mean(calm-before.calm_score), 'change(calm-before.calm_score, calm_score)']
    audience: public
"""
DAY = date(2026, 9, 15)


def write(folder: Path, form: str, summaries: str = "", days: int = 30) -> Path:
    path = folder / f"{form}.yml"
    path.write_text(YAML.format(form=form, summaries=summaries, days=days), encoding="utf-8")
    return path


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    folder = tmp_path / "forms"
    folder.mkdir()
    write(folder, BEFORE)
    write(folder, AFTER, SUMMARIES)
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    return tmp_path


def put(project: Path, form_id: str, answers: Iterable[tuple[str, int]]) -> None:
    config = load_config(project)
    keys = recipients(config, load_form(config, form_id))[0]
    sealed = [seal(payload(form_id, 1, Lang.ZH, {"code": code, "calm": str(calm)}), keys) for code, calm in answers]
    with Store(config.store_path) as store:
        store.append([Envelope(id=envelope_id(s), form=form_id, received=DAY, sealed=s) for s in sealed])


def release(project: Path, form: str = AFTER) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, ["release", form, "--project", str(project), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def figures(project: Path, release: int) -> dict[tuple[str, str], str]:
    table = project / "build" / "demo" / "summaries" / "public" / AFTER / f"{release:03}" / "change.csv"
    return {(row["measure"], row["category"]): row["value"] for row in csv.DictReader(table.open(encoding="utf-8"))}


def codes_of(document: dict[str, Any]) -> dict[str, int]:
    return {one["code"]: int(next(w for w in one["en"].split() if w.isdigit())) for one in document["problems"]}


def people(number: int, start: int = 0) -> list[str]:
    return [f"{person:06}" for person in range(start, start + number)]


CHANGE = "change(calm-before.calm_score, calm_score)"


def test_answers_of_one_code_are_joined_and_the_change_is_told(project: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - a repeatable invention
    before = {code: chance.randrange(4) for code in people(90)}
    after = {code: chance.randrange(4) for code in [*people(70), *people(20, 900)]}
    put(project, BEFORE, before.items())
    put(project, AFTER, [(f"{code[:3]} {code[3:]}", calm) for code, calm in after.items()])
    status, document = release(project)
    assert (status, document["rows"], document["problems"]) == (ExitCode.DONE, 90, [])
    changes = [calm - before[code] for code, calm in after.items() if code in before]
    found = figures(project, 1)
    assert (found["n", ""], found[CHANGE, "pairs"]) == ("90", "70")
    for measure, category, scores in (
        (CHANGE, "mean", changes),
        ("mean(calm-before.calm_score)", "", [before[code] for code in after if code in before]),
    ):
        assert abs(Fraction(found[measure, category]) - Fraction(sum(scores), len(scores))) <= Fraction(1, 20)


def test_doubled_codes_are_set_aside_and_counted_on_either_side(project: Path) -> None:
    put(project, BEFORE, [(code, 1) for code in people(60)] + [(code, 3) for code in people(10)])
    put(project, AFTER, [(code, 2) for code in people(60)] + [(code, 0) for code in people(15)])
    status, document = release(project)
    assert (status, document["rows"], document["set_aside"]) == (ExitCode.DONE, 60, 15)
    assert codes_of(document) == {"match-repeated": 15, "match-ambiguous": 10}
    assert figures(project, 1)[CHANGE, "pairs"] == "50"


def test_what_comes_later_changes_no_pair_that_was_told(project: Path) -> None:
    put(project, BEFORE, [(code, 1) for code in people(60)])
    put(project, AFTER, [(code, 2) for code in people(40)])
    assert release(project)[0] == ExitCode.DONE
    # A second person with each code, people who answered the earlier form too late, and newcomers who did not.
    put(project, BEFORE, [(code, 3) for code in people(40)])
    put(project, AFTER, [(code, 3) for code in people(20, 40)])
    put(project, BEFORE, [(code, 0) for code in people(20, 40)])
    status, document = release(project)
    assert status == ExitCode.DONE, document
    found = figures(project, 2)
    assert (found["n", ""], found[CHANGE, "pairs"]) == ("60", "60")


def test_after_deletions_nobody_is_counted_or_joined_again(project: Path) -> None:
    config = load_config(project)
    put(project, BEFORE, [(code, 1) for code in people(80)])
    put(project, AFTER, [(code, 2) for code in people(40)])
    assert release(project)[0] == ExitCode.DONE
    expire(config, date(2027, 1, 1), AFTER)
    put(project, AFTER, [(code, 0) for code in people(10)] + [(code, 2) for code in people(30, 40)])
    status, document = release(project)
    assert (status, codes_of(document)) == (ExitCode.DONE, {"match-repeated": 10})
    assert figures(project, 2)[CHANGE, "pairs"] == "70"
    expire(config, date(2027, 1, 1), BEFORE)
    put(project, AFTER, [(code, 1) for code in people(30, 200)])
    status, document = release(project)
    assert (status, document["rows"]) == (ExitCode.DONE, 100)
    assert figures(project, 3)[CHANGE, "pairs"] == "70", "the pairs of deleted answers stay as they were counted"


def test_the_same_people_are_told_in_tables_of_one_form_only(project: Path) -> None:
    put(project, BEFORE, [(code, 1) for code in people(60)])
    put(project, AFTER, [(code, 2) for code in people(60)])
    assert release(project)[0] == ExitCode.DONE
    # The college gives the earlier form tables of its own, and takes the comparison away so that it can be read.
    alone = "summaries:\n  - {name: all, title: {zh: 全, en: All}, by: [], measures: [n], audience: public}\n"
    write(project / "forms", BEFORE, alone)
    write(project / "forms", AFTER, alone)
    status, document = release(project, BEFORE)
    assert (status, [one["code"] for one in document["problems"]]) == (ExitCode.UNSAFE, ["pair-told-twice"])
    # Nor does a third form compare with it.
    write(project / "forms", BEFORE)
    write(project / "forms", "calm-later", SUMMARIES)
    assert [one["code"] for one in release(project, "calm-later")[1]["problems"]] == ["pair-told-twice"]


def test_an_earlier_form_that_was_released_is_not_joined_any_more(project: Path) -> None:
    alone = "summaries:\n  - {name: all, title: {zh: 全, en: All}, by: [], measures: [n], audience: public}\n"
    write(project / "forms", BEFORE, alone)
    write(project / "forms", AFTER, alone)
    put(project, BEFORE, [(code, 1) for code in people(60)])
    put(project, AFTER, [(code, 2) for code in people(60)])
    assert release(project, BEFORE)[0] == ExitCode.DONE
    write(project / "forms", BEFORE)
    write(project / "forms", AFTER, SUMMARIES)
    assert [one["code"] for one in release(project)[1]["problems"]] == ["pair-told-twice"]


def test_a_file_holds_one_half_of_a_pair_and_is_refused(project: Path) -> None:
    file = project / "answers.csv"
    file.write_text("code,calm\n000001,1\n", encoding="utf-8")
    arguments = [
        "summarize",
        AFTER,
        str(file),
        "--output",
        str(project / "tables"),
        "--project",
        str(project),
        "--json",
    ]
    result = CliRunner().invoke(main, arguments)
    assert [one["code"] for one in json.loads(result.stdout)["problems"]] == ["pair-needs-store"]


OTHER_PAIR = (
    "  - {name: more, title: {zh: 又, en: More}, by: [], measures: ['change(calm-third.calm_score, calm_score)']}\n"
)


TABLES = "summaries: [{name: all, title: {zh: 全, en: All}, by: [], measures: [n]}]\nseal_to:"
TURNED = "change(calm_score, calm-before.calm_score)"
UNKNOWN = "change(calm-befor.calm_score, calm_score)"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({}, {"required: true, role: match": "role: match"}, "pair-code"),
        ({"role: match": "role: free-text"}, {}, "pair-code"),
        ({"seal_to:": TABLES}, {}, "pair-earlier-counted"),
        ({"aggregation, recovery": "aggregation"}, {}, "pair-keys"),
        ({"score: 3": "score: 4"}, {}, "pair-scales"),
        ({}, {CHANGE: TURNED}, "pair-scales"),
        ({}, {CHANGE: UNKNOWN}, "pair-form-unknown"),
        ({"score: 3": "score: x"}, {}, "pair-form-unknown"),
        ({}, {"mean(calm-before.calm_score)": "mean(calm-before.calm_scores)"}, "name-unknown"),
        ({}, {"mean(calm-before.calm_score)": "mean(calm-before.code)"}, "name-unknown"),
        ({}, {"seal_to:": OTHER_PAIR + "seal_to:"}, "pair-several"),
    ],
)
def test_what_is_no_pair_is_refused_where_it_is_asked_for(
    tmp_path: Path, before: dict[str, str], after: dict[str, str], code: str
) -> None:
    write(tmp_path, "calm-third")
    for form, summaries, changes in ((BEFORE, "", before), (AFTER, SUMMARIES, after)):
        path = write(tmp_path, form, summaries)
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(XinqiaoError) as caught:
        read_form(tmp_path / f"{AFTER}.yml")
    assert {problem.code for problem in caught.value.problems} == {code}
    assert all(problem.place.line > 1 for problem in caught.value.problems if code != "pair-code")


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    folder = tmp_path_factory.mktemp("pair")
    write(folder, BEFORE)
    return read_form(write(folder, AFTER, SUMMARIES))


def row(code: int, calm: int) -> ScoredRow:
    return ScoredRow(row=Row(values={"code": f"{code:06}", "calm": str(calm)}), scores={"calm_score": calm})


ARRIVALS = st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 3)), max_size=40)


@given(ARRIVALS, st.integers(0, 40))
def test_whom_a_row_is_joined_with_is_settled_when_it_comes(
    form: Form, arrivals: list[tuple[bool, int, int]], upto: int
) -> None:
    codes = Codes.of(form.id, new_identity())

    def made(until: int) -> tuple[dict[int, Fraction | int | None], set[int]]:
        known = list(enumerate(arrivals, 1))[:until]
        before = [(at, row(code, calm)) for at, (early, code, calm) in known if early]
        after = [(at, row(code, calm)) for at, (early, code, calm) in known if not early]
        found = joined(form, after, before, codes, ())
        assert len(found.rows) + len(found.aside) == len(after)
        return {at: each.scores[f"{BEFORE}.calm_score"] for at, each in found.rows}, {*found.aside}

    whole, aside = made(len(arrivals))
    part, part_aside = made(upto)
    assert part == {at: score for at, score in whole.items() if at <= upto}
    assert part_aside == {at for at in aside if at <= upto}
    for at, score in whole.items():
        code = arrivals[at - 1][1]
        candidates = [calm for early, other, calm in arrivals[: at - 1] if early and other == code]
        assert score == (candidates[0] if len(candidates) == 1 else None)


def test_the_portals_own_pair_is_one(root: Path) -> None:
    after = load_form(load_config(root), "training-after")
    assert after.earlier is not None and after.earlier.id == "training-before"
    assert not [question for question in after.questions if "." in question.name], "its page asks for nothing of before"
    assert after.joined.is_scale("training-before.confidence") and not after.is_scale("training-before.confidence")
