"""An event leads to its own registration where that is built, and says until when; planned and past ones do not ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinqiao.core.text import Lang
from xinqiao.site.compose import news_pages
from xinqiao.site.events import Event, read_events
from xinqiao.site.newsroom import Fragment, Newsroom, read_articles

PAGE = "news/events/training/index.md"
OWN = "feedback@training"


def event(project: Path, **change: str) -> dict[str, Event]:
    file = project / "docs/data/events/training.yml"
    text = file.read_text(encoding="utf-8").replace("registration: null", "registration: feedback")
    text = text.replace("status: past", f"status: {change.pop('status', 'open')}").replace("year: null", "year: 2027")
    file.write_text(text + "".join(f"{key}: {value}\n" for key, value in change.items()), encoding="utf-8")
    return dict(read_events(project))


def shown(project: Path, events: dict[str, Event], *forms: str) -> str:
    fragment = Fragment(front={"title": "x"}, body="<!-- facts -->")
    room = Newsroom(fragments={lang: {PAGE: fragment} for lang in Lang}, feeds=dict.fromkeys(Lang, ""))
    tree, _ = news_pages(room, read_articles(project, events), events, frozenset(forms))
    content = tree[Lang.EN][PAGE].content
    assert isinstance(content, str)
    return content


def test_to_its_own_instance_where_there_is_one(project: Path) -> None:
    events = event(project)
    assert f'href="../../../forms/{OWN}/"' in shown(project, events, "feedback", OWN)
    assert f"forms/{OWN}/" not in (without := shown(project, events, "feedback"))
    assert 'href="../../../forms/feedback/">Registration form' in without


def test_until_when(project: Path) -> None:
    told = shown(project, event(project, registration_closes="2027-11-08 12:30"), OWN)
    assert "8 November 2027, 12:30 Beijing time" in told


@pytest.mark.parametrize("status", ["planned", "past"])
def test_what_is_planned_or_past_names_no_closing_time(project: Path, status: str) -> None:
    events = event(project, status=status, registration_closes="2027-11-08 12:30")
    occasion = events["training"].occasion()
    assert (occasion is None) if status == "planned" else (occasion is not None and occasion.over)
    assert "Beijing time" not in shown(project, events, OWN)
