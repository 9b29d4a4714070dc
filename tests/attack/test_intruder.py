"""The attacker itself must be able to find people, or its finding nobody would mean nothing."""

from __future__ import annotations

from intruder import Intruder


def test_it_finds_a_hidden_cell_from_its_margin() -> None:
    attacker = Intruder(levels=[["a", "b"]], answers={"q": ["yes", "no"]})
    attacker.start(1)
    seen = [(("a",), "distribution(q)", "yes", None), (("b",), "distribution(q)", "yes", 10)]
    attacker.believe(0, [0], [*seen, (("*",), "distribution(q)", "yes", 13)])
    assert any("'a'" in name and "['yes']" in name for name in attacker.finds(5))
