"""One-time codes: only the key that opens the answers makes them, and only for one form and one unit."""

from __future__ import annotations

from xinqiao.core.slip import ALPHABET, fits, grouped, written
from xinqiao.intake.codes import Codes
from xinqiao.intake.seal import new_identity

UNITS = ("a", "b", "")


def test_a_code_belongs_to_the_unit_that_it_was_printed_for() -> None:
    codes = Codes.of("mood", new_identity())
    for unit in UNITS:
        issued = list(codes.issue(unit, 20))
        assert len({*issued}) == 20 and all(map(fits, issued))
        assert {codes.unit_of(grouped(code).lower(), UNITS) for code in issued} == {unit}
        others = tuple(other for other in UNITS if other != unit)
        assert {codes.unit_of(code, others) for code in issued} == {None}


def test_another_key_or_another_form_knows_nothing_of_it() -> None:
    identity = new_identity()
    codes = list(Codes.of("mood", identity).issue("a", 20))
    for stranger in (Codes.of("mood", new_identity()), Codes.of("mood2", identity)):
        assert {stranger.unit_of(code, UNITS) for code in codes} == {None}


def test_a_code_that_was_thought_up_is_none_though_its_check_sign_is_right() -> None:
    codes = Codes.of("mood", new_identity())
    made_up = [written(value) for value in range(0, len(ALPHABET) ** 11, len(ALPHABET) ** 11 // 200)]
    assert all(map(fits, made_up))
    assert {codes.unit_of(code, UNITS) for code in made_up} == {None}
    (good,) = codes.issue("a", 1)
    for at in range(11):
        # The next sign, and the check sign that fits it.
        body = good[:at] + ALPHABET[(ALPHABET.index(good[at]) + 1) % len(ALPHABET)] + good[at + 1 : 11]
        near = next(body + sign for sign in ALPHABET if fits(body + sign))
        assert codes.unit_of(near, UNITS) is None


def test_what_is_remembered_tells_nothing_without_the_key_and_is_the_same_however_typed() -> None:
    identity = new_identity()
    codes = Codes.of("mood", identity)
    (code,) = codes.issue("a", 1)
    assert codes.remembered(code) == codes.remembered(grouped(code).lower())
    assert Codes.of("mood", new_identity()).remembered(code) != codes.remembered(code)
    assert "secret" not in repr(codes) and identity.written() not in repr(codes)
