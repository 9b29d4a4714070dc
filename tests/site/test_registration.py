"""An event leads to its own registration where that is built, and says until when; planned and past ones do not ask."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from xinqiao.core.text import Lang, Text
from xinqiao.site.edition import Imprint, Material, news_pages
from xinqiao.site.events import Event, read_events
from xinqiao.site.newsroom import read_articles
from xinqiao.site.pelican import Fragment, Newsroom

PAGE = "news/events/training/index.md"
OWN = "feedback@training"


def event(project: Path, **change: str) -> dict[str, Event]:
    file = project / "docs/data/events/training.yml"
    text = file.read_text(encoding="utf-8").replace("registration: null", "registration: feedback")
    text = text.replace("status: past", f"status: {change.pop('status', 'open')}").replace("year: null", "year: 2027")
    file.write_text(text + "".join(f"{key}: {value}\n" for key, value in change.items()), encoding="utf-8")
    return dict(read_events(project))


def shown(project: Path, events: dict[str, Event], *forms: str) -> str:
    fragment = Fragment(front={"title": "x", "description": "y"}, body="<!-- facts -->")
    room = Newsroom(fragments={lang: {PAGE: fragment} for lang in Lang}, feeds=dict.fromkeys(Lang, ""))
    articles = [one for one in read_articles(project, events, None) if one.page == PAGE]
    material = Material(articles=articles, events=events, tags={}, forms=frozenset(forms))
    imprint = Imprint(
        project=project,
        root="https://example.test/",
        title=Text.of(zh="心桥", en="Xinqiao"),
        college=Text.of(zh="学院", en="College"),
        demonstration=True,
        moment=datetime(2026, 11, 21, tzinfo=UTC),
    )
    tree, _ = news_pages(room, material, imprint)
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
