"""Help lines: shown from the registry only, checked in time, and a crisis page that is small and complete."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.site.help_lines import HelpLine, Kind, ages, crisis_page, help_html, help_list, read_help_lines


def line(number: int = 12356, *, kind: Kind = Kind.CRISIS, checked_on: date = date(2026, 11, 20)) -> HelpLine:
    return HelpLine(
        id=f"line-{number}",
        number=str(number),
        tel=str(number),
        name=Text.of(zh="心理援助热线", en="Support <line>"),
        place="CN",
        hours=Text.of(zh="8:00–22:00", en="8 am to 10 pm"),
        round_the_clock=False,
        languages=("zh",),
        kind=kind,
        source="https://example.org/",
        checked_on=checked_on,
        checked_by="source only",
    )


LINES = (line(110, kind=Kind.EMERGENCY), line())


@given(days=st.integers(min_value=0, max_value=400), production=st.booleans())
def test_age_warns_past_90_days_and_stops_a_production_build_past_180(days: int, production: bool) -> None:
    today = date(2026, 11, 21)
    found = [
        problem.code for problem in ages([line(checked_on=today - timedelta(days=days))], today, production=production)
    ]
    if days > 180 and production:
        assert found == ["help-line-expired"]
    elif days > 90:
        assert found == ["help-line-old"]
    else:
        assert found == []


ALL_DAY = {
    Lang.ZH: ("24小时", "每天 24 小时", "二十四小时", "全天候", "昼夜有人接听", "7×24"),
    Lang.EN: ("24 h", "24 hours a day", "24-hour line", "24 hrs", "24/7", "round the clock", "day or night"),
}


@pytest.mark.parametrize("where", ["hours", "name"])
@pytest.mark.parametrize(("lang", "words"), [(lang, words) for lang, all_ in ALL_DAY.items() for words in all_])
def test_all_day_is_claimed_in_no_language_where_it_is_not_promised(lang: Lang, words: str, where: str) -> None:
    made = {name: getattr(line(), name) for name in HelpLine.__dataclass_fields__}
    made[where] = Text({**{one: made[where][one] for one in Lang}, lang: words})
    with pytest.raises(XinqiaoError, match="help-line-round-the-clock"):
        HelpLine(**made)
    assert getattr(HelpLine(**{**made, "round_the_clock": True}), where)[lang] == words


def test_the_crisis_page_is_complete_and_needs_nothing_else() -> None:
    made = crisis_page(LINES).decode()
    assert len(made.encode()) <= 4096
    assert 'href="tel:110"' in made
    assert 'href="tel:12356"' in made
    assert "2026-11-20，未拨打验证" in made
    assert "2026-11-20; the lines were not called" in made
    for words in ("心理援助热线", "Support &lt;line&gt;", "8:00–22:00", "8 am to 10 pm", "@media print"):
        assert words in made
    assert not re.search(r"<(img|iframe)|@import|url\(", made)
    assert re.findall(r"<script[^>]*>", made) == ["<script>"], "it asks for the page to be kept, and does nothing else"
    assert re.findall(r'<link[^>]*href="(?!data:)', made) == []


def test_a_crisis_page_that_grows_too_large_is_refused() -> None:
    with pytest.raises(XinqiaoError, match="help-page-large"):
        crisis_page([line(number) for number in range(10_000, 10_040)])


@pytest.mark.parametrize("lang", list(Lang))
def test_the_bar_puts_the_phone_first_and_leads_to_the_crisis_page(lang: Lang) -> None:
    bar = help_html(LINES, lang)
    assert bar.index("tel:12356") < bar.index("tel:110") < bar.index('href="../../../help-now/"')


@pytest.mark.parametrize("lang", list(Lang))
def test_the_bar_has_a_line_for_the_night_where_the_first_one_is_not_open_then(lang: Lang) -> None:
    night = replace(line(1000), hours=Text.of(zh="全天 24 小时", en="24 hours a day"), round_the_clock=True)
    bar = help_html((*LINES, night), lang)
    assert bar.index("tel:12356") < bar.index("tel:1000") < bar.index("tel:110")
    assert night.hours[lang] in bar
    assert help_html((LINES[0], night), lang).count("tel:1000") == 1, "said once where it is the first one"
    elsewhere = replace(night, place="HK")
    assert "tel:1000" not in help_html((*LINES, elsewhere), lang), "a line of another place is no help here"


def test_in_the_repository_the_bar_has_help_for_the_night(root: Path) -> None:
    lines = read_help_lines(root)
    around = [one for one in lines if one.round_the_clock and one.place == lines[0].place]
    for lang in Lang:
        assert any(f"tel:{one.tel}" in help_html(lines, lang) for one in around)


@pytest.mark.parametrize("lang", list(Lang))
def test_the_list_says_of_each_line_when_and_by_whom_it_was_checked(lang: Lang) -> None:
    made = help_list(LINES, lang)
    assert made.count("2026-11-20") == len(LINES)
    assert made.count({Lang.ZH: "尚未由学院确认", Lang.EN: "not yet confirmed"}[lang]) == len(LINES)


def test_the_registry_of_the_repository_is_in_order(root: Path) -> None:
    lines = read_help_lines(root)
    assert {Kind.EMERGENCY, Kind.CRISIS} <= {line.kind for line in lines}
    assert len(crisis_page(lines)) <= 4096


def test_a_project_without_a_registry_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(XinqiaoError, match="help-lines-missing"):
        read_help_lines(tmp_path)
