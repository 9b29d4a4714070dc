from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.intake.turnstile import WINDOW_SECONDS, Turnstile, local

CAMPUS = "203.0.113.9"


@dataclass
class Clock:
    at: float = 0.0

    def __call__(self) -> float:
        return self.at


def test_an_address_has_its_share_of_each_minute() -> None:
    clock = Clock()
    turnstile = Turnstile(3, clock)
    assert [turnstile.passes(CAMPUS) for _ in range(5)] == [True, True, True, False, False]
    assert turnstile.passes("198.51.100.4")
    clock.at = WINDOW_SECONDS - 0.1
    assert not turnstile.passes(CAMPUS)
    clock.at = WINDOW_SECONDS
    assert turnstile.passes(CAMPUS)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.9", " 203.0.113.9", True),
        ("no address", "no address", True),
    ],
)
def test_a_household_of_new_addresses_is_one(one: str, other: str, same: bool) -> None:
    turnstile = Turnstile(1, Clock())
    assert turnstile.passes(one)
    assert turnstile.passes(other) is not same


@settings(max_examples=25)
@given(st.lists(st.ip_addresses().map(str), max_size=60), st.integers(1, 5))
def test_nobody_passes_more_often_than_the_limit(addresses: list[str], limit: int) -> None:
    turnstile = Turnstile(limit, Clock())
    passed = Counter(address for address in addresses if turnstile.passes(address))
    assert all(count <= limit for count in passed.values())


def test_no_address_and_nothing_that_leads_back_to_one_is_kept() -> None:
    turnstile = Turnstile(5, clock := Clock())
    before = turnstile._key
    turnstile.passes(CAMPUS)
    held = repr(vars(turnstile)).encode() + bytes(turnstile._counts)
    assert CAMPUS.encode() not in held
    assert sum(turnstile._counts) == 1
    clock.at = WINDOW_SECONDS
    turnstile.passes("198.51.100.4")
    assert turnstile._key != before
    assert sum(turnstile._counts) == 1


@pytest.mark.parametrize(
    ("address", "own"), [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), (CAMPUS, False), ("x", False)]
)
def test_a_proxy_on_this_machine_is_known(address: str, own: bool) -> None:
    assert local(address) is own
