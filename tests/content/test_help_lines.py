"""Every help line names its source, and no page types a number of its own."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

FIELDS = {
    "id", "number", "tel", "name", "place", "hours", "round_the_clock",
    "languages", "kind", "source", "checked_on", "checked_by",
}  # fmt: skip
ALL_DAY = re.compile(r"24|全天|昼夜|around the clock|round-the-clock", re.IGNORECASE)


def digits(words: str) -> str:
    return re.sub(r"\D", "", words)


@pytest.fixture(scope="module")
def lines(root: Path) -> list[dict[str, Any]]:
    return yaml.safe_load((root / "docs/data/help-lines.yml").read_text("utf-8"))


def test_ids_are_unique(lines: list[dict[str, Any]]) -> None:
    assert [name for name, count in Counter(line["id"] for line in lines).items() if count > 1] == []


def test_no_number_stands_twice_for_one_place(lines: list[dict[str, Any]]) -> None:
    assert max(Counter((line["place"], digits(line["number"])) for line in lines).values()) == 1


def test_every_line_is_complete_in_both_languages(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        assert line.keys() == FIELDS, line["id"]
        for key in ("name", "hours"):
            assert line[key].keys() == {"zh", "en"} and all(line[key].values()), f"{line['id']}: {key}"
        assert line["kind"] in {"emergency", "crisis", "support"}
        assert re.fullmatch(r"[A-Z]{2}", line["place"]) and line["languages"]


def test_tel_holds_the_digits_that_are_shown(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        assert re.fullmatch(r"\+?\d{3,15}", line["tel"]), line["id"]
        assert digits(line["tel"]) == digits(line["number"]), line["id"]


def test_only_a_line_that_is_always_open_says_so(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        said = [ALL_DAY.search(line["hours"][lang]) is not None for lang in ("zh", "en")]
        assert said == [line["round_the_clock"]] * 2, line["id"]


def test_the_national_line_is_not_promised_for_all_hours(lines: list[dict[str, Any]]) -> None:
    national = next(line for line in lines if line["number"] == "12356")
    assert not national["round_the_clock"]
    assert all("18" in national["hours"][lang] for lang in ("zh", "en"))


def test_a_source_has_a_title_an_address_and_a_day(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        title, _, rest = line["source"].partition(" http")
        assert len(title) > 4 and rest, line["id"]
        assert isinstance(line["checked_on"], date), line["id"]
        assert line["checked_by"].strip(), line["id"]


def test_the_college_s_own_place_comes_first_with_emergency_and_crisis_lines(lines: list[dict[str, Any]]) -> None:
    home = [line["kind"] for line in lines if line["place"] == lines[0]["place"]]
    assert {"emergency", "crisis"} <= set(home)


def test_numbers_stand_in_the_register_only(lines: list[dict[str, Any]], prose: dict[str, str]) -> None:
    numbers = {digits(line["number"]) for line in lines} | {digits(line["number"])[-8:] for line in lines}
    for name, text in prose.items():
        if name.endswith("help-lines.yml"):
            continue
        found = {digits(match) for match in re.findall(r"(?<!\d)\d[\d -]*\d(?!\d)", text)}
        assert not found & numbers, f"{name} types a help line's number"
