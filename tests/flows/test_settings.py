"""What `check` says of settings that keep to the rules and would leave readers or counsellors in the lurch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from xinqiao.config import Config, load_config
from xinqiao.core.problem import Level
from xinqiao.flows.settings import settings_notices

ADDRESSES = {"site_url": "https://portal.example.edu/", "receiver_url": "https://answers.example.edu"}


@pytest.fixture
def config(root: Path) -> Config:
    """A college's portal with its own addresses and, of two keys on the roster, one."""
    return replace(load_config(root), demonstration=False, keys={"counsellor": "age1x"}, **ADDRESSES)


def line(config: Config, number: int | None) -> str:
    return (config.root / "portal.toml").read_text(encoding="utf-8").splitlines()[(number or 0) - 1]


def test_a_demonstration_and_a_portal_at_its_own_address_are_told_nothing(root: Path, config: Config) -> None:
    assert list(settings_notices(load_config(root))) == []
    assert list(settings_notices(config)) == []


@pytest.mark.parametrize("key", ADDRESSES)
@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://localhost/", "http://portal.example.edu/"])
def test_an_address_that_no_reader_can_use_is_told_with_its_line(config: Config, key: str, address: str) -> None:
    changed = replace(config, **{key: address})
    (problem,) = settings_notices(changed)
    assert (problem.code, problem.level) == ("address-not-public", Level.WARNING)
    assert problem.params == {"key": key, "address": address}
    assert line(config, problem.place.line).startswith(key)


def test_who_is_on_duty_with_a_key_that_is_not_there_is_told_once_the_limits_are_confirmed(config: Config) -> None:
    assert config.duty is not None
    (problem,) = settings_notices(replace(config, duty=replace(config.duty, confirmed=True)))
    assert (problem.code, problem.params) == ("roster-key-missing", {"name": "zhou", "key": "counsellor-zhou"})
    assert line(config, problem.place.line) == 'key = "counsellor-zhou"'
