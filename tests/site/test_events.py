"""Where an event stands follows from what is written and from the clock."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from xinqiao.core.occasion import BEIJING
from xinqiao.core.text import Lang
from xinqiao.site.events import Event, read_events


def evening(project: Path, **changes: str) -> Event:
    """The small project's event of 3 December, 19:00 to 20:30, registration until the 2nd at 18:00."""
    file = project / "docs/data/events/evening.yml"
    text = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        text = "".join(f"{old}: {new}\n" if line.startswith(f"{old}:") else f"{line}\n" for line in text.splitlines())
    file.write_text(text, encoding="utf-8")
    return read_events(project)["evening"]


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("written", "now", "shown", "registering"),
    [
        ("planned", at(1, 0), "筹备中", False),
        ("open", at(1, 0), "报名中", True),
        ("open", at(2, 17), "报名中", True),
        ("open", at(2, 18), "报名已截止", False),
        ("full", at(1, 0), "名额已满，可候补", True),
        ("full", at(2, 18), "报名已截止", False),
        ("open", at(3, 20), "报名已截止", False),
        ("open", at(3, 21), "已结束", False),
        ("planned", at(3, 21), "已结束", False),
        ("cancelled", at(1, 0), "已取消", False),
        ("cancelled", at(4, 0), "已取消", False),
        ("past", at(1, 0), "已结束", False),
    ],
)
def test_it_stands_as_written_until_the_clock_says_more(
    project: Path, written: str, now: datetime, shown: str, registering: bool
) -> None:
    event = evening(project, status=written).at(now)
    assert event.standing(Lang.ZH) == shown
    assert event.registering is registering


@pytest.mark.parametrize(("status", "words"), [("open", "欢迎参加"), ("full", "名额已满")])
def test_who_need_not_register_is_not_told_to(project: Path, status: str, words: str) -> None:
    event = evening(project, registration="null", status=status)
    assert event.at(at(1, 0)).standing(Lang.ZH) == words
    assert event.at(at(2, 18)).standing(Lang.ZH) == words


def test_a_cancelled_event_takes_nobody_any_more(project: Path) -> None:
    occasion = evening(project, status="cancelled").occasion()
    assert occasion is not None
    assert occasion.over


def test_facts_say_in_words_where_it_stands(project: Path) -> None:
    links = {"registration": "../../../forms/feedback/", "calendar": "evening.ics", "a3": "a3.pdf", "a4": "a4.pdf"}
    facts = evening(project, status="full").at(at(1, 0)).facts(Lang.EN, links)
    for words in ("Full, waiting list open", "Join the waiting list", "all students", "evening.ics", "a4.pdf"):
        assert words in facts
    over = evening(project, status="open").at(at(3, 21)).facts(Lang.EN, links)
    assert "Past" in over
    assert "forms/feedback" not in over
    assert "Closes" not in over
