"""How long a sealed answer is tells next to nothing of it: all answers to a form fall into few classes of sizes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from xinqiao.config import load_config
from xinqiao.core.question import Kind, Role
from xinqiao.core.text import Lang
from xinqiao.demonstration import invented_answers
from xinqiao.flows.project import load_form
from xinqiao.intake.seal import new_identity, payload, seal
from xinqiao.intake.shape import SIZE_CLASSES, shape

FORMS = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "forms").glob("*.yml"))
# What people write: nothing, a line, a page.
LENGTHS = (0, 12, 60, 250, 900)
WORDS = "最近睡得不好，课上总是走神，想找人聊聊。"


@pytest.mark.parametrize("name", FORMS)
def test_answers_to_a_form_have_one_size_or_few(name: str, root: Path) -> None:
    form = load_form(load_config(root), name)
    written = [
        question.name for question in form.questions if question.kind is Kind.TEXT and question.role is not Role.MATCH
    ]
    chance = random.Random(7)  # noqa: S311 - a repeatable invention, not a secret
    lengths = set()
    for answers in invented_answers(form, 40):
        texts = {question: (WORDS * 60)[: chance.choice(LENGTHS)] for question in written}
        given = {**answers, **{question: text for question, text in texts.items() if text}}
        lengths.add(len(payload(form.id, form.version, chance.choice([*Lang]), given)))
    assert lengths <= {*SIZE_CLASSES}
    # Where nobody writes anything, two people's envelopes cannot be told apart at all.
    assert len(lengths) == 1 if not written else len(lengths) <= 3
    sizes = {shape(seal(b" " * length, [new_identity().public])).size for length in lengths}
    assert sizes == lengths
