"""Cards and posters: the size that is asked for, one page, tagged, set once, and never without letters."""

from __future__ import annotations

import io
import itertools
import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst
from PIL import Image
from tests.site.test_calendar import event

from xinqiao.core.fonts import CHINESE, chosen
from xinqiao.core.problem import Level
from xinqiao.core.text import Lang, Text
from xinqiao.site import poster
from xinqiao.site.edition import PRESS, Imprint, Material, news_pages
from xinqiao.site.events import read_events
from xinqiao.site.newsroom import read_articles
from xinqiao.site.pelican import Fragment, Newsroom
from xinqiao.site.poster import PAPERS, Press, Sheet, drawn_code

LONG = Text.of(zh='很长的标题 #1 "$x$" ' * 12, en="A very long title with #marks and $signs$ " * 8)


@pytest.fixture
def a_font() -> None:
    if not chosen(typst.Fonts().families(), Lang.ZH):
        pytest.skip("no font with Chinese letters is installed here")


def sheet(lang: Lang = Lang.ZH, **changes: Any) -> Sheet:
    return Sheet(
        event=event(**changes),
        lang=lang,
        summary="一" * 300 if "title" in changes else "一个晚上",
        leads_to="https://example.test/zh/forms/event-registration@evening/",
        college="学院",
        portal="心桥",
        demonstration=True,
    )


@pytest.mark.usefixtures("a_font")
@pytest.mark.parametrize("lang", list(Lang))
def test_the_card_has_the_size_that_is_asked_for(tmp_path: Path, lang: Lang) -> None:
    made = Press(folder=tmp_path).card(sheet(lang, title=LONG))
    assert made is not None
    png = made.read_bytes()
    assert struct.unpack(">II", png[16:24]) == (1200, 630)
    assert len(png) < 200_000


@pytest.mark.usefixtures("a_font")
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("title", [Text.of(zh="安静的一晚", en="A quiet evening"), LONG], ids=["short", "long"])
def test_the_poster_is_one_tagged_page(tmp_path: Path, paper: str, title: Text) -> None:
    made = Press(folder=tmp_path).poster(sheet(title=title), paper)
    assert made is not None
    pdf = made.read_bytes()
    assert re.findall(rb"/Type/Pages/Count (\d+)", pdf) == [b"1"]
    assert b"/StructTreeRoot" in pdf
    assert b"pdfuaid" in pdf
    (width,) = re.findall(rb"/MediaBox\[0 0 ([0-9]+)", pdf)
    assert int(width) == {"a3": 841, "a4": 595}[paper]


@pytest.mark.usefixtures("a_font")
@pytest.mark.parametrize("title", [Text.of(zh="安静的一晚", en="A quiet evening"), LONG], ids=["short", "long"])
def test_the_code_stands_whole_at_the_foot_of_the_poster(title: Text) -> None:
    source = (poster.TEMPLATES / "poster.typ").read_bytes()
    png = poster._typeset(source, {**sheet(title=title).data(), "paper": "a4"}, "png", Lang.ZH)
    assert png is not None
    picture = Image.open(io.BytesIO(png)).convert("L")
    # Of the dark signs that a QR code is made of, a good part in each quarter of the place that is its own.
    left, top, side = 45, picture.height - 37 - 148, 148
    for across, down in itertools.product((0, side // 2), repeat=2):
        quarter = picture.crop((left + across, top + down, left + across + side // 2, top + down + side // 2))
        assert 0.15 < sum(quarter.histogram()[:96]) / (side // 2) ** 2 < 0.6


@pytest.mark.usefixtures("a_font")
def test_what_is_set_once_is_not_set_again_and_what_is_not_used_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Press(folder=tmp_path)
    kept, gone = first.card(sheet()), first.card(sheet(place=Text.of(zh="别处", en="Elsewhere")))
    assert kept is not None
    assert gone is not None
    monkeypatch.setattr(poster, "_typeset", lambda *_: pytest.fail("set again"))
    second = Press(folder=tmp_path)
    assert second.card(sheet()) == kept
    second.tidy()
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.usefixtures("a_font")
def test_the_same_sheet_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (Press(folder=tmp_path / name) for name in "ab")
    for made in (lambda press: press.card(sheet()), lambda press: press.poster(sheet(), "a4")):
        assert made(one).read_bytes() == made(two).read_bytes()


def test_the_code_leads_to_the_registration(tmp_path: Path) -> None:
    import segno  # noqa: PLC0415

    data = sheet(registration="x", closes=datetime(2026, 12, 2, tzinfo=UTC)).data()
    rows = segno.make(str(data["leads_to"]), error="m").symbol_size(border=4)
    assert f'width="{rows[0]}"' in drawn_code(str(data["leads_to"]))
    assert data["code_label"] == "扫码报名"
    assert sheet().data()["code_label"] == "扫码查看详情"


def test_without_a_font_everything_else_is_made_and_the_font_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster, "chosen", lambda *_: ())
    events = read_events(project)
    articles = [one for one in read_articles(project, events, None) if one.slug == "evening"]
    fragment = Fragment(front={"title": "x", "description": "y"}, body="<!-- facts -->")
    room = Newsroom(fragments={lang: {articles[0].page: fragment} for lang in Lang}, feeds=dict.fromkeys(Lang, ""))
    imprint = Imprint(
        project=project,
        root="https://example.test/",
        title=Text.of(zh="心桥", en="Xinqiao"),
        college=Text.of(zh="学院", en="College"),
        demonstration=True,
        moment=datetime(2026, 11, 21, tzinfo=UTC),
    )
    material = Material(articles=articles, events=events, tags={}, forms=frozenset({"feedback"}))
    tree, (problem,) = news_pages(room, material, imprint)
    assert problem.code == "poster-font-missing"
    assert problem.level is Level.WARNING
    assert CHINESE[0] in problem.message(Lang.ZH)
    assert "fonts-noto-cjk" in problem.message(Lang.EN)
    made = sorted(name.rpartition("/")[2] for name in tree[Lang.ZH])
    assert made == ["calendar.ics", "evening.ics", "index.md", "tree.svg"]
    assert "card" not in str(tree[Lang.ZH][articles[0].page].content)
    assert not (project / PRESS).exists()
