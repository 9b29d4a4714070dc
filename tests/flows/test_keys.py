"""The keys of a portal from making to drill: what a page seals its reader opens, before a form goes live and after."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from xinqiao.config import Config, load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.flows.check import check
from xinqiao.flows.drill import DRILL_DAYS, drill, drill_notices, drills
from xinqiao.flows.keys import check_key, print_sheet, retire_key, rotate_key
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import new_identity, seal
from xinqiao.intake.store import Store

DAY = date(2026, 11, 22)
FORM, WORDS = "training-feedback", "five words apart"


def quiet(_: str) -> None:
    """Nobody is watching."""


@pytest.fixture
def config(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A college with one form and keys in clear (a passphrase costs a second each time), not a demonstration."""
    monkeypatch.setenv("XINQIAO_KEYS", str(tmp_path / "keys"))
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    shutil.copy(root / "forms" / f"{FORM}.yml", tmp_path / "forms")
    ring = Keyring(tmp_path / "keys")
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    return published(replace(load_config(tmp_path), demonstration=False))


def published(config: Config) -> Config:
    ring = Keyring(config.keys_dir)
    return replace(config, keys={name: ring.public(name) for name in ring.names()})


def built(config: Config, publics: tuple[str, ...] | None = None) -> Path:
    """The one thing of a built page that matters here."""
    sealed_to = recipients(config, load_form(config, FORM))[0] if publics is None else publics
    site = config.root / "site"
    for lang in ("zh", "en"):
        page = site / lang / "forms" / FORM / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f'<form data-form="{FORM}" data-recipients="{" ".join(sealed_to)}"></form>')
    return site


def codes(outcome: object) -> list[str]:
    return [problem.code for problem in outcome.problems]  # type: ignore[attr-defined]


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(XinqiaoError) as error:
        call()
    assert error.value.exit_code is ExitCode.KEY
    return error.value.problems[0].code


def test_each_private_half_opens_what_the_built_pages_seal(config: Config) -> None:
    site = built(config)
    for name in ("aggregation", "recovery"):
        outcome = check_key(config, name, None, site, quiet)
        assert outcome.document == {"name": name, "opens": True, "pages": 2, "need_earlier": 0}
        assert codes(outcome) == []


def test_before_the_first_build_only_the_settings_are_proved_and_it_says_so(config: Config) -> None:
    assert codes(check_key(config, "aggregation", None, config.root / "site", quiet)) == ["key-pages-missing"]


@pytest.mark.parametrize("who", ["a stranger beside the reader", "a stranger in the reader's place", "nobody else"])
def test_a_page_that_seals_to_other_keys_is_told(config: Config, who: str) -> None:
    aggregation, recovery, stranger = config.keys["aggregation"], config.keys["recovery"], new_identity().public
    publics = {
        "a stranger beside the reader": (aggregation, recovery, stranger),
        "a stranger in the reader's place": (stranger, recovery),
        "nobody else": (aggregation,),
    }[who]
    site = built(config, publics)
    assert refused(lambda: check_key(config, "aggregation", None, site, quiet)) == "key-page-mismatch"


def test_rotation_leads_from_one_key_to_the_next_without_a_gap(config: Config) -> None:
    site = built(config)
    old = recipients(config, load_form(config, FORM))[0]
    rotate_key(config, "aggregation", None, None)
    assert codes(check_key(config, "aggregation", None, site, quiet)) == ["key-earlier-published"]
    config = published(config)
    assert codes(check_key(config, "aggregation", None, site, quiet)) == ["key-earlier-served"]
    site = built(config)
    assert codes(check_key(config, "aggregation", None, site, quiet)) == []
    assert refused(lambda: retire_key(config, "aggregation", None, quiet)) == "key-store-missing"
    late = seal(b"{}".ljust(1024), old)
    with Store(config.store_path) as store:
        store.append([Envelope(id=envelope_id(late), form=FORM, received=DAY, sealed=late)])
        outcome = check_key(config, "aggregation", None, site, quiet)
        assert (codes(outcome), outcome.document["need_earlier"]) == (["key-earlier-needed"], 1)
        assert refused(lambda: retire_key(config, "aggregation", None, quiet)) == "key-still-needed"
        store.delete([seq for seq, _ in store.envelopes(FORM)], DAY)
    assert retire_key(config, "aggregation", None, quiet).document["retired"] == 1
    assert len(Keyring(config.keys_dir).unlock("aggregation", None).publics) == 1


def test_a_key_that_pages_still_seal_to_is_not_retired(config: Config) -> None:
    with Store(config.store_path):
        rotate_key(config, "aggregation", None, None)
    assert refused(lambda: retire_key(config, "aggregation", None, quiet)) == "key-earlier-published"


def test_the_drill_opens_what_the_forms_seal_and_notes_the_day(config: Config, tmp_path: Path, locked_key: Any) -> None:
    ring = Keyring(config.keys_dir)
    for path in ring.directory.glob("recovery.*"):
        path.unlink()
    locked_key.put(config.keys_dir, "recovery")
    config = published(config)
    assert [problem.code for problem in drill_notices(config, DAY)] == ["drill-missing"]
    page, text = tmp_path / "sheet.html", tmp_path / "sheet.txt"
    print_sheet(config, "recovery", page, DAY)
    found = re.search("<pre>(.*?)</pre>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    text.write_text(html.unescape(found[1]))
    assert refused(lambda: drill(config, "recovery", text, "other words", DAY)) == "passphrase-wrong"
    assert not drills(config)
    for path in ring.directory.glob("recovery.*"):
        path.unlink()
    outcome = drill(config, "recovery", text, WORDS, DAY, restore=True)
    assert outcome.document == {"name": "recovery", "forms": 1, "day": DAY.isoformat(), "restored": True}
    assert ring.unlock("recovery", WORDS).public == config.keys["recovery"]
    assert drills(config)["recovery"].day == DAY
    assert drill_notices(config, DAY + timedelta(days=DRILL_DAYS)) == ()
    (due,) = drill_notices(config, DAY + timedelta(days=DRILL_DAYS + 1))
    assert (due.code, due.params["days"]) == ("drill-due", DRILL_DAYS + 1)
    strange = replace(config, keys={**config.keys, "recovery": new_identity().public})
    assert [problem.code for problem in drill_notices(strange, DAY)] == ["drill-missing"]
    assert refused(lambda: drill(strange, "recovery", text, WORDS, DAY)) == "drill-failed"


def test_check_reminds_of_the_drill_beside_all_else(config: Config) -> None:
    with pytest.raises(XinqiaoError) as error:
        check(config, quiet)
    # This college has no help lines either, which ends it early.
    assert {"drill-missing", "help-lines-missing"} <= {problem.code for problem in error.value.problems}


def test_a_record_of_drills_that_was_changed_by_hand_is_told(config: Config) -> None:
    record = config.root / "docs" / "data" / "key-drills.toml"
    record.parent.mkdir(parents=True)
    for written in ("[recovery]\nday = 'soon'\npublic = 'age1'\n", "[recovery]\n", "recovery = 1", "not toml"):
        record.write_text(written)
        with pytest.raises(XinqiaoError, match="drills-unreadable"):
            drill_notices(config, DAY)


def test_a_demonstration_is_not_reminded_of_drills(config: Config) -> None:
    assert drill_notices(replace(config, demonstration=True), DAY) == ()
    assert drill_notices(replace(config, keys={}), DAY) == ()
