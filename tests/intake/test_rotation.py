"""Rotation with overlap, what still needs the old half, and the sheet that brings a key back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope
from xinqiao.core.text import Text
from xinqiao.intake.carried import Carried, carried
from xinqiao.intake.held import needing_earlier, sealed_in
from xinqiao.intake.keys import Keyring, opens
from xinqiao.intake.seal import new_identity, open_sealed, seal
from xinqiao.intake.sheet import BEGIN, END, read_sheet, recovery_sheet
from xinqiao.intake.store import Store

from .conftest import FORM

TITLE = Text.of(zh="云杉学院", en="Yunshan College")
DAY = date(2026, 11, 22)


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


def test_after_a_rotation_the_key_opens_what_came_before_and_what_comes_after(ring: Keyring) -> None:
    first = ring.create("counsellor", None)
    second = ring.rotate("counsellor", None, None)
    third = ring.rotate("counsellor", None, None)
    identity = ring.unlock("counsellor", None)
    assert identity.publics == (third, second, first)
    assert ring.public("counsellor") == third == identity.public
    for public in (first, second, third):
        assert open_sealed(seal(b"words", [public]), identity) == b"words"
    assert [opens(identity.alone(), [public]) for public in (first, second, third)] == [False, False, True]
    ring.retire("counsellor", None)
    assert ring.unlock("counsellor", None).publics == (third,)


def test_a_rotation_can_change_the_passphrase_and_keeps_the_file_to_its_owner(ring: Keyring, locked_key: Any) -> None:
    ring, first = locked_key.put(ring.directory, "counsellor"), locked_key.public
    with pytest.raises(XinqiaoError, match="passphrase-empty"):
        ring.rotate("counsellor", locked_key.words, " ")
    second = ring.rotate("counsellor", locked_key.words, "new words")
    assert ring.unlock("counsellor", "new words").publics == (second, first)
    assert {path.stat().st_mode & 0o777 for path in ring.directory.iterdir()} == {0o600}
    assert {path.name for path in ring.directory.iterdir()} == {"counsellor.age", "counsellor.pub"}


def test_a_rotation_that_broke_off_between_its_two_files_loses_nothing(ring: Keyring) -> None:
    first = ring.create("counsellor", None)
    second = ring.rotate("counsellor", None, None)
    (ring.directory / "counsellor.pub").write_text(first)
    assert ring.unlock("counsellor", None).publics == (second, first)
    third = ring.rotate("counsellor", None, None)
    assert ring.unlock("counsellor", None).publics == (third, second, first)


def test_what_only_the_old_half_opens_is_counted_by_trying(
    ring: Keyring, store_path: Path, envelope: Callable[..., Envelope]
) -> None:
    first = ring.create("counsellor", None)
    recovery = new_identity().public
    second = ring.rotate("counsellor", None, None)
    identity = ring.unlock("counsellor", None)
    assert needing_earlier(store_path, identity) == 0
    stranger = [recovery, new_identity().public]
    with Store(store_path) as store:
        for readers in ([first, recovery], [first, recovery], [second, recovery], [first, second], stranger):
            store.append([envelope(seal(b"{}".ljust(1024), readers))])
        store.mark_release(FORM, 1, 3, {1: seal(b"counts", [first, recovery])})
        assert len(list(sealed_in(store_path))) == 6
        assert needing_earlier(store_path, identity) == 3
    assert needing_earlier(store_path, identity.alone()) == 0


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("something else entirely, long enough to be no database " * 20)
    with pytest.raises(XinqiaoError, match="store-unusable"):
        list(sealed_in(tmp_path / "store.db"))


def test_the_pages_say_whom_they_seal_to(tmp_path: Path) -> None:
    page = tmp_path / "zh" / "forms" / "mood" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<form class="search"></form><form data-form="mood" data-recipients="age1a age1b"></form>')
    (tmp_path / "zh" / "index.html").write_text('<form data-form="x" data-recipients="age1c">')
    assert list(carried(tmp_path)) == [
        Carried(page="zh/forms/mood/index.html", form="mood", recipients=("age1a", "age1b"))
    ]


@pytest.fixture(scope="module")
def locked_ring(tmp_path_factory: pytest.TempPathFactory, locked_key: Any) -> Keyring:
    return locked_key.put(tmp_path_factory.mktemp("locked") / "keys", "recovery")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def sheet(locked_ring: Keyring) -> str:
    return recovery_sheet("recovery", locked_ring.public("recovery"), locked_ring.locked("recovery"), TITLE, DAY)


def box(sheet: str) -> str:
    found = re.search("<pre>(.*?)</pre>", sheet, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


def test_the_sheet_gives_the_locked_key_back_and_holds_nothing_in_clear(locked_ring: Keyring, sheet: str) -> None:
    assert read_sheet(box(sheet)) == locked_ring.locked("recovery")
    scanned = re.sub(r" [0-9a-f]{4}$", "", box(sheet), flags=re.MULTILINE)
    assert read_sheet(f"what a phone adds\n{scanned}\n") == locked_ring.locked("recovery")
    assert "AGE-SECRET-KEY" not in sheet and "five words apart" not in sheet
    assert locked_ring.public("recovery") in sheet


def test_the_sheet_prints_on_one_page_and_fetches_nothing(sheet: str, page: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(sheet)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    assert [url for url in asked if not url.startswith("about:")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@given(st.data())
def test_one_wrong_sign_in_a_line_is_found_in_its_line(sheet: str, data: st.DataObject) -> None:
    lines = box(sheet).splitlines()
    number = data.draw(st.integers(1, len(lines) - 2))
    at = data.draw(st.integers(0, len(lines[number].split()[0].rstrip("=")) - 1))
    other = data.draw(st.sampled_from([sign for sign in "O0lI1aZ9+/" if sign != lines[number][at]]))
    lines[number] = lines[number][:at] + other + lines[number][at + 1 :]
    with pytest.raises(XinqiaoError) as error:
        read_sheet("\n".join(lines))
    (problem,) = error.value.problems
    assert (problem.code, problem.params) == ("sheet-line-wrong", {"line": number})
    assert error.value.exit_code is ExitCode.KEY


@pytest.mark.parametrize("text", ["", BEGIN, f"{BEGIN}\n{END}", f"{BEGIN}\nYWdl\n{END}", f"{BEGIN}\nYWd\n{END}"])
def test_a_text_that_is_no_sheet_is_told(text: str) -> None:
    with pytest.raises(XinqiaoError, match="sheet-unreadable"):
        read_sheet(text)


def test_a_key_with_too_many_forerunners_leaves_the_page_and_is_refused(locked_ring: Keyring) -> None:
    with pytest.raises(XinqiaoError, match="sheet-too-long"):
        recovery_sheet("recovery", "age1", locked_ring.locked("recovery") + b"x" * 1000, TITLE, DAY)


def test_a_key_in_clear_has_no_sheet(ring: Keyring) -> None:
    ring.create("aggregation", None)
    with pytest.raises(XinqiaoError, match="key-in-clear"):
        ring.locked("aggregation")


def test_a_key_comes_back_from_its_sheet_and_overwrites_none(locked_ring: Keyring, ring: Keyring, sheet: str) -> None:
    identity = locked_ring.unlock("recovery", "five words apart")
    ring.restore("recovery", read_sheet(box(sheet)), identity)
    assert (ring.directory / "recovery.age").read_bytes() == locked_ring.locked("recovery")
    assert ring.public("recovery") == identity.public
    with pytest.raises(XinqiaoError, match="key-exists"):
        ring.restore("recovery", read_sheet(box(sheet)), identity)


def test_a_key_comes_back_where_its_public_half_has_stayed_and_takes_no_others_place(
    locked_ring: Keyring, ring: Keyring, sheet: str
) -> None:
    identity = locked_ring.unlock("recovery", "five words apart")
    (locked_ring.directory / "recovery.age").unlink()
    locked_ring.restore("recovery", read_sheet(box(sheet)), identity)
    assert locked_ring.unlock("recovery", "five words apart").public == identity.public
    other = ring.create("recovery", None)
    (ring.directory / "recovery.key").unlink()
    with pytest.raises(XinqiaoError, match="key-exists"):
        ring.restore("recovery", read_sheet(box(sheet)), identity)
    assert ring.public("recovery") == other
