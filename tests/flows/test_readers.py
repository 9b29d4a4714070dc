"""Which forms a portal uses, and which stay closed: packs by name, and no referral that nobody is said to read."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from xinqiao.config import Config, load_config
from xinqiao.core.problem import XinqiaoError
from xinqiao.demonstration import invented_answers
from xinqiao.flows.intake import doors
from xinqiao.flows.project import choice_lists, load_form, load_forms, recipients
from xinqiao.intake.keys import Keyring


@pytest.fixture
def portal(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "forms", tmp_path / "forms")
    return tmp_path


def opened(portal: Path) -> Config:
    ring = Keyring(portal / "keys")
    for name in ("aggregation", "counsellor", "organiser", "recovery"):
        ring.create(name, None)
    config = load_config(portal)
    assert config.duty is not None
    keys = {name: ring.public(name) for name in ring.names()}
    return replace(config, demonstration=False, keys=keys, duty=replace(config.duty, confirmed=True))


def with_setting(portal: Path, before: str, after: str) -> Config:
    path = portal / "portal.toml"
    source = path.read_text("utf-8")
    assert before in source
    path.write_text(source.replace(before, after), encoding="utf-8")
    return load_config(portal)


def test_a_pack_is_used_once_it_is_named(portal: Path) -> None:
    assert "who5" not in {form.id for form in load_forms(load_config(portal))}
    config = with_setting(portal, "packs = []", 'packs = ["who5"]')
    assert load_forms(config)[-1].id == "who5"
    assert load_form(config, "who5").scale("who5").factor == 4


def test_a_pack_that_does_not_exist_is_refused_at_its_line(portal: Path) -> None:
    with pytest.raises(XinqiaoError) as caught:
        with_setting(portal, "packs = []", 'packs = ["who6"]')
    (problem,) = caught.value.problems
    line = (portal / "portal.toml").read_text("utf-8").splitlines()[problem.place.line - 1]
    assert (problem.code, line) == ("pack-missing", 'packs = ["who6"]')


@pytest.mark.parametrize(
    ("form", "key"),
    [("referral", "counsellor"), ("question-box", "counsellor"), ("event-registration", "organiser")],
)
def test_a_form_that_somebody_must_read_stays_closed_until_it_is_said_who(portal: Path, form: str, key: str) -> None:
    config = opened(portal)
    assert len(recipients(config, load_form(config, form))[0]) == 2
    nobody = replace(config, readers={name: words for name, words in config.readers.items() if name != key})
    found, problems = recipients(nobody, load_form(nobody, form))
    assert found == ()
    (problem,) = problems
    assert (problem.code, problem.params) == ("form-reader-unnamed", {"form": form, "key": key})
    line = (portal / "forms" / f"{form}.yml").read_text("utf-8").splitlines()[problem.place.line - 1]
    assert line.startswith("seal_to")
    assert form not in doors(nobody) and form in doors(config)


@pytest.mark.parametrize("form", ["referral", "question-box"])
@pytest.mark.parametrize(
    ("duty", "code"), [(False, "form-limits-unconfirmed"), (None, "form-roster-missing")], ids=["proposals", "nobody"]
)
def test_a_form_that_waits_for_an_answer_stays_closed_without_duty(
    portal: Path, form: str, duty: bool | None, code: str
) -> None:
    config = opened(portal)
    assert config.duty is not None
    lacking = replace(config, duty=None if duty is None else replace(config.duty, confirmed=duty))
    found, (problem,) = recipients(lacking, load_form(lacking, form))
    assert (found, problem.code) == ((), code)
    assert form not in doors(lacking) and "event-registration" in doors(lacking)


def test_a_demonstration_opens_with_proposals_and_says_so(portal: Path) -> None:
    config = load_config(portal)
    opened(portal)
    for name in ("counsellor", "recovery"):
        Keyring(config.keys_dir).create(name, None)
    assert config.duty is not None and not config.duty.confirmed
    assert recipients(config, load_form(config, "referral"))[1] == ()


def test_answers_that_are_only_counted_need_no_named_reader(portal: Path) -> None:
    config = replace(opened(portal), readers={})
    assert {"mood", "barometer", "training-before", "phq9"} <= {*doors(config)}


def test_buildings_and_institutes_are_offered_like_classes(portal: Path) -> None:
    config = load_config(portal)
    lists = choice_lists(config)
    assert lists["dormitories"] == config.dormitories
    form = load_form(config, "barometer")
    assert form.question("building").choices == config.dormitories
    assert form.question("laboratory").choices == config.laboratories


def test_invented_people_give_the_same_code_before_and_after(portal: Path) -> None:
    config = load_config(portal)
    codes = [
        [answers["code"] for answers in invented_answers(load_form(config, f"training-{when}"), 5)]
        for when in ("before", "after")
    ]
    assert codes[0] == codes[1] and len({*codes[0]}) == 5
    constraint = load_form(config, "training-before").question("code").constraint
    assert constraint is not None
    assert all(constraint.holds({"code": code}, code) for code in codes[0])
