"""A form sent by a browser without JavaScript: seen in clear for a moment, stored sealed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from xinqiao.core.text import Lang

from .conftest import ANSWERS, DAY, FIELDS, FORM, ORIGIN, Client, Keys, opened, stored


def test_without_javascript_the_answer_is_sealed_on_arrival(client: Client, store_path: Path, keys: Keys) -> None:
    answer = client.fill_in(f"{FIELDS}&hidden=extra&note=twice")
    assert (answer.status, answer.headers["location"]) == (303, f"{ORIGIN}/en/forms/{FORM}/thanks/")
    (submission,) = opened(store_path, keys)
    assert submission.answers == {**ANSWERS, "topics": ("listen", "refer")}
    assert (submission.lang, submission.form_version, submission.received) == (Lang.EN, 1, DAY)


def test_blank_fields_are_left_out_and_lines_end_alike(client: Client, store_path: Path, keys: Keys) -> None:
    client.fill_in(urlencode({"_lang": "zh", "_version": "7", "role": " ", "topics": "", "note": "a\r\nb\r\n"}))
    (submission,) = opened(store_path, keys)
    assert (submission.answers, submission.form_version, submission.lang) == ({"note": "a\nb\n"}, 7, Lang.ZH)


def test_a_machine_is_thanked_and_nothing_is_kept(client: Client, store_path: Path) -> None:
    answer = client.fill_in(FIELDS.replace("_website=", "_website=buy"))
    assert (answer.status, answer.headers["location"]) == (303, f"{ORIGIN}/en/forms/{FORM}/thanks/")
    assert stored(store_path) == []


@pytest.mark.parametrize(
    ("asked", "lang"), [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,en", "en"), ("", "zh")]
)  # fmt: skip
@pytest.mark.parametrize("body", ["note=%FF%FE", "&".join("a=b" for _ in range(3_000)), "note=" + "x" * 250_000])
def test_fields_that_cannot_be_read_lead_to_the_page_that_says_so(
    body: str, asked: str, lang: str, client: Client, store_path: Path
) -> None:
    answer = client.fill_in(body, **{"Accept-Language": asked})
    assert (answer.status, answer.headers["location"]) == (303, f"{ORIGIN}/{lang}/forms/{FORM}/not-accepted/")
    assert stored(store_path) == []


def test_too_much_text_leads_to_the_page_that_says_so(client: Client, store_path: Path) -> None:
    answer = client.fill_in(f"_lang=en&note={'x' * 70_000}")
    assert (answer.status, answer.headers["location"]) == (303, f"{ORIGIN}/en/forms/{FORM}/not-accepted/")
    assert stored(store_path) == []
