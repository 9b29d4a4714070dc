"""The field for a one-time code: what cannot be a code is said at once, and what can is sent as it was printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from xinqiao.core.form import Form
from xinqiao.core.slip import ALPHABET, BODY, fits, grouped, written
from xinqiao.core.text import Lang
from xinqiao.forms.privacy import asked
from xinqiao.forms.read import read_form

if TYPE_CHECKING:
    from conftest import Place  # type: ignore[import-not-found]

SOUND = Path(__file__).parents[1] / "broken" / "forms" / "sound.yml"
ROW = "  - {type: text, name: code, label: {zh: 代码, en: Code}, required: true, role: code}"
CODE = written(len(ALPHABET) ** BODY * 5 // 7)


@pytest.fixture
def coded(tmp_path: Path) -> Form:
    path = tmp_path / "form.yml"
    path.write_text(SOUND.read_text("utf-8").replace("survey:\n", f"survey:\n{ROW}\n"), "utf-8")
    return read_form(path)


def test_a_slip_of_the_pen_is_said_at_the_field_and_a_code_is_sent_as_printed(
    page: Page, place: Place, coded: Form
) -> None:
    place.open(page, Lang.EN, coded)
    field, send = page.locator("[name=code]"), page.locator(".xq-send button")
    words = json.loads(page.locator(".xq-words").text_content() or "")["code"]
    spoilt = [CODE[:at] + ALPHABET[ALPHABET.index(CODE[at]) - 1] + CODE[at + 1 :] for at in (0, 5, 11)]
    spoilt += [CODE[1] + CODE[0] + CODE[2:], CODE[:-1], CODE + CODE[0], "O" + CODE[1:]]
    for wrong in spoilt:
        assert not fits(wrong)
        field.fill(wrong)
        send.click()
        expect(page.locator(".xq-errors")).to_be_focused()
        assert words in (page.locator("#q-code-error").text_content() or ""), wrong
    assert Axe().run(page).violations_count == 0
    assert place.posts == []
    field.fill(f"  {grouped(CODE).lower().replace('-', ' – ')}\u3000".replace("2", "２"))
    send.click()
    page.wait_for_url("**/thanks/")
    assert place.answers["code"] == CODE


@pytest.mark.parametrize(("lang", "words"), [(Lang.ZH, "一次性代码"), (Lang.EN, "one-time code")])
def test_the_notice_speaks_of_the_code(coded: Form, lang: Lang, words: str) -> None:
    assert words in asked(coded, lang)
