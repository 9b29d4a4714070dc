"""A form that goes to Kobo or ODK as XLSForm comes back through the pull without a mapping, answer by answer."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.config import Config, load_config
from xinqiao.core.question import Kind
from xinqiao.flows.project import choice_lists, coarser_steps
from xinqiao.flows.pull import asked
from xinqiao.forms.read import read_form
from xinqiao.forms.xlsform.write import write_xlsform
from xinqiao.forms.yaml_lines import Plain, read_yaml
from xinqiao.intake.keys import Keyring
from xinqiao.intake.pull.fit import answers_of
from xinqiao.intake.pull.run import READERS
from xinqiao.intake.pull.wire import Wire

from .deployed import DEPLOYED, deployed, filled_in
from .pulling import fetch, opened
from .systems import SECRETS, source_of

ROOT = Path(__file__).parents[2]
FORMS = sorted([*(ROOT / "forms").glob("*.yml"), *(ROOT / "forms" / "packs").glob("*/*.yml")])
PEOPLE = 4


def workbook(path: Path, folder: Path) -> Path:
    config = load_config(ROOT)
    plain = read_yaml(path).value
    assert isinstance(plain, dict)
    made = folder / "out.xlsx"
    made.write_bytes(write_xlsform(plain, choice_lists(config), str(path)))
    return made


def as_sent(kinds: Mapping[str, Kind], answers: Mapping[str, Any]) -> tuple[tuple[str, object], ...]:
    """Answers as they compare: several choices as a set, numbers by their value."""

    def value(name: str, told: Any) -> object:
        if kinds[name] is Kind.SELECT_MULTIPLE:
            return frozenset(told.split() if isinstance(told, str) else told)
        if kinds[name] in {Kind.INTEGER, Kind.DECIMAL, Kind.RANGE}:
            return Decimal(told)
        return told

    return tuple(sorted((name, value(name, told)) for name, told in answers.items()))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_comes_back_from_where_it_was_deployed(
    path: Path, connect: Callable[..., Config], project: Path
) -> None:
    fields = deployed(workbook(path, project))
    for one in path.parent.glob("*.yml"):
        shutil.copy(one, project / "forms")
    form = read_form(path, choice_lists(load_config(project)), coarser_steps(load_config(project)))
    for name in {*form.seal_to} - {"aggregation", "recovery"}:
        Keyring(load_config(project).keys_dir).create(name, None)
    kinds = {question.name: question.kind for question in form.questions if question.answered}
    assert {field.name for field in fields} == set(kinds)
    chance = random.Random(path.stem)  # noqa: S311 - repeatable, not secret
    for system, kind in DEPLOYED.items():
        people = [filled_in(fields, chance) for _ in range(PEOPLE)]
        fake = kind(SECRETS[system], fields=fields)
        for one in people:
            fake.add(one)
        config = connect(system, form=path.stem)
        assert fetch(config, fake).document["new"] == PEOPLE
        found = opened(config, form.id, form.seal_to[0])
        assert Counter(as_sent(kinds, one.answers) for one in found) == Counter(as_sent(kinds, one) for one in people)
        config.store_path.unlink()


# Names that systems have of their own, signs that OData lacks, a label that reads like two names.
NAMES = ("_id2", "_note", "__x", "start", "end", "today", "username", "match-code", "a.b", "meta2", "deviceid2", "q_1")
TYPES = (
    "text", "integer", "decimal", "date", "time", "acknowledge", "range", "select_one l", "select_multiple l",
    "select_multiple l or_other", "select_one l or_other",
)  # fmt: skip
BOTH = {"zh": "题", "en": "Question"}


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Plain]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    survey: list[Plain] = []
    for at, name in enumerate(names):
        kind = draw(st.sampled_from(TYPES))
        row: dict[str, Plain] = {"type": kind, "name": name, "label": dict(BOTH)}
        if kind == "range":
            row["parameters"] = "start=0 end=10 step=1"
        if draw(st.booleans()) and "or_other" not in kind:
            opened_: list[Plain] = [
                {"type": "begin_group", "name": f"g{at}-x", "label": dict(BOTH)},
                {"type": "begin_group", "name": f"h{at}", "label": dict(BOTH)},
            ]
            survey += [*opened_, row, {"type": "end_group"}, {"type": "end_group"}]
        else:
            survey.append(row)
    choices: list[Plain] = [
        {"name": "no", "label": {"zh": "没有", "en": "no idea"}},
        {"name": "idea", "label": {"zh": "想法", "en": "Idea"}},
        {"name": "1", "label": {"zh": "2", "en": "2"}},
        {"name": "2", "label": {"zh": "1", "en": "1"}},
    ]
    return {
        "settings": {"form_id": "made", "version": 1, "purpose": "survey", "title": dict(BOTH)},
        "survey": survey,
        "choices": {"l": choices},
        "consent": {"zh": "同意", "en": "I agree"},
        "seal_to": ["aggregation", "recovery"],
        "retention": {"days": 365},
    }


@settings(max_examples=15)
@given(plain=forms(), seed=st.integers(0, 2**16))
def test_whatever_a_form_asks_comes_back(
    plain: dict[str, Plain], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = tmp_path_factory.mktemp("made") / "made.xlsx"
    made.write_bytes(write_xlsform(plain, {}, "made"))
    fields = deployed(made)
    # JSON is YAML too.
    made.with_suffix(".yml").write_text(json.dumps(plain), encoding="utf-8")
    form = read_form(made.with_suffix(".yml"))
    kinds = {question.name: question.kind for question in form.questions if question.answered}
    assert {field.name for field in fields} == set(kinds)
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for system, kind in DEPLOYED.items():
        fake, source = kind(SECRETS[system], fields=fields), source_of(system)
        people = [filled_in(fields, chance) for _ in range(4)]
        for one in people:
            fake.add(one)
        questions = asked(form, source)
        wire = Wire(source=source.name, send=fake, pause=lambda _: None)
        rows = [row for page in READERS[system](source, SECRETS[system], wire, "") for row in page.rows]
        found = Counter(as_sent(kinds, answers_of(questions, row)) for row in rows)
        assert found == Counter(as_sent(kinds, one) for one in people), system
