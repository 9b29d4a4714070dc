"""Services, contacts and corrections: what pages show of the registries, and what is never published."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.core.problem import Level, Place
from xinqiao.core.text import Lang, Text
from xinqiao.site.contacts import Purpose, contact_html
from xinqiao.site.corrections import BEFORE, Correction, corrected, read_corrections
from xinqiao.site.entries import Checked, dialled
from xinqiao.site.registers import read_registers
from xinqiao.site.services import FILE, read_services, services_html
from xinqiao.site.tree import Piece, Tree

CONTACT = {
    "id": "office", "for": ["data-rights"], "name": {"zh": "办公室", "en": "Office"}, "mail": "office@example.edu",
    "answers": {"zh": "一周", "en": "A week"}, "checked_on": date(2026, 11, 1), "checked_by": "office",
}  # fmt: skip
CORRECTION = {
    "date": date(2026, 11, 20), "page": "learn/topic/",
    "was": {"zh": "原来", "en": "Before <b>"}, "now": {"zh": "现在", "en": "After"},
}  # fmt: skip
TODAY = date(2026, 11, 21)


def write(project: Path, name: str, *entries: dict[str, object]) -> None:
    path = project / f"docs/data/{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")


def tree(*names: str) -> Tree:
    front = '---\n{"title": "T"}\n---\n'
    return {
        lang: {name: Piece(content=f"{front}\n# T\n\nwords <!-- corrections -->\n") for name in names} for lang in Lang
    }


def correction(page: str, day: int = 20) -> Correction:
    return Correction(
        anchor=f"c-2026-11-{day:02}-1",
        day=date(2026, 11, day),
        page=page,
        was=Text.of(zh="原来", en="before"),
        now=Text.of(zh="现在", en="after"),
        fictional=False,
        at=Place(),
    )


def test_a_service_tells_what_a_student_asks_first(project: Path) -> None:
    services = read_services(project)
    for lang, words in (
        (
            Lang.ZH,
            (
                "一楼",
                "工作日",
                "免费",
                "前台",
                "学生",
                "当面、视频",
                "普通话、英语",
                "2026-11-01",
                "counselling office",
            ),
        ),
        (Lang.EN, ("Ground floor", "Working days", "Free", "Front desk", "in person, by video", "Mandarin, English")),
    ):
        made = services_html(services, lang)
        assert all(word in made for word in words)
        assert 'href="tel:057188881234"' in made
        assert "fictional" not in made and "虚构" not in made
    assert "### 中心 &lt;一&gt; {: #centre }" in services_html(services, Lang.ZH)
    assert "### Centre &#42;one&#42; {: #centre }" in services_html(services, Lang.EN)


def test_a_portal_without_registries_says_that_nothing_is_there_yet(tmp_path: Path) -> None:
    registers, problems = read_registers(tmp_path, TODAY, {}, production=True)
    assert problems == ()
    fills = registers.fills()
    for lang, words in ((Lang.ZH, ("还没有在这里登记", "还没有写明")), (Lang.EN, ("not registered", "not named"))):
        assert words[0] in fills[lang]["<!-- services -->"]
        assert all(words[1] in fills[lang][purpose.mark] for purpose in Purpose)


def test_what_is_made_up_for_the_demonstration_says_so_and_stays_out_of_a_colleges_portal(
    project: Path, tmp_path: Path
) -> None:
    service = yaml.safe_load((project / FILE).read_text(encoding="utf-8"))[0]
    for name, entry in (("services", service), ("contacts", CONTACT), ("corrections", CORRECTION)):
        write(tmp_path, name, {**entry, "fictional": True})
    shown, problems = read_registers(tmp_path, TODAY, {}, production=False)
    assert problems == ()
    assert "虚构" in services_html(shown.services, Lang.ZH)
    assert "fictional" in contact_html(shown.contacts, Purpose.DATA_RIGHTS, Lang.EN)
    real, problems = read_registers(tmp_path, TODAY, {}, production=True)
    assert (real.services, real.contacts, real.corrections) == ((), (), ())
    assert [problem.code for problem in problems] == ["registry-fictional"] * 3
    assert all(problem.level is Level.WARNING for problem in problems)


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_what_may_lack_may_be_left_empty(tmp_path: Path, blank: str | None) -> None:
    write(tmp_path, "contacts", {**CONTACT, "number": blank, "place": {"zh": blank, "en": ""}, "fictional": None})
    shown, problems = read_registers(tmp_path, TODAY, {}, production=True)
    assert problems == ()
    assert (shown.contacts[0].place, shown.contacts[0].number) == (None, "")
    write(tmp_path, "contacts", {**CONTACT, "mail": blank})
    _, problems = read_registers(tmp_path, TODAY, {}, production=True)
    assert [problem.code for problem in problems] == ["contact-unreachable"]


def test_a_contact_stands_where_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "contacts", CONTACT)
    shown, _ = read_registers(tmp_path, TODAY, {}, production=True)
    assert 'href="mailto:office@example.edu"' in contact_html(shown.contacts, Purpose.DATA_RIGHTS, Lang.ZH)
    assert "office@example.edu" not in contact_html(shown.contacts, Purpose.ACCESSIBILITY, Lang.ZH)
    asking = {lang: {"a.md": Piece(content="# A\n\n<!-- contact-accessibility -->", origin="a.md")} for lang in Lang}
    _, problems = read_registers(tmp_path, TODAY, asking, production=True)
    assert [(problem.code, str(problem.place)) for problem in problems] == [("contact-missing", "a.md:3:1")]


@given(days=st.integers(min_value=0, max_value=600))
def test_an_entry_is_called_old_from_half_a_year_on_and_never_stops_a_build(days: int) -> None:
    entry = Checked(id="a", fictional=False, checked_on=TODAY - timedelta(days=days), checked_by="x")
    found = [(problem.code, problem.level) for problem in entry.age(TODAY)]
    assert found == ([("registry-old", Level.WARNING)] if days > 180 else [])


@pytest.mark.parametrize(
    ("shown", "dials"), [("+86 (571) 8888-1234", "+8657188881234"), ("8888 1234", "88881234"), ("110", "110")]
)
def test_a_number_is_dialled_by_its_digits(shown: str, dials: str) -> None:
    assert dialled(shown) == dials


@pytest.mark.parametrize(
    "written",
    ["learn/topic/", "/learn/topic/", "zh/learn/topic/", "https://host.test/portal/en/learn/topic/", "learn/topic.md"],
)
def test_a_correction_names_its_page_as_the_browser_shows_it(written: str) -> None:
    assert correction(BEFORE.sub("", written)).files == ("learn/topic.md", "learn/topic/index.md")


def test_a_page_whose_name_ends_like_a_folders_own_page_can_be_corrected() -> None:
    made, problems = corrected(tree("corrections.md", "learn/site-index.md"), [correction("learn/site-index/")])
    assert problems == ()
    assert 'href="../learn/site-index/"' in str(made[Lang.ZH]["corrections.md"].content)


@pytest.mark.parametrize("written", ["", "index.md", "https://host.test/zh/"])
def test_the_home_page_can_be_corrected_too(written: str) -> None:
    assert correction(BEFORE.sub("", written)).files[0] == "index.md"


def test_corrections_stand_newest_first_and_on_their_pages() -> None:
    ones = [correction("learn/topic/", 3), correction("news/events/x/", 20), correction("learn/topic/", 1)]
    ones.sort(key=lambda one: one.day, reverse=True)
    made, problems = corrected(tree("corrections.md", "learn/topic.md", "news/events/x/index.md"), ones)
    assert problems == ()
    for lang in Lang:
        listed = str(made[lang]["corrections.md"].content)
        anchors = re.findall(r'id="(c-[\d-]+)"', listed)
        assert anchors == ["c-2026-11-20-1", "c-2026-11-03-1", "c-2026-11-01-1"]
        assert 'href="../news/events/x/"' in listed
        page = str(made[lang]["learn/topic.md"].content)
        assert re.search(r'^# T\n\n<p class="xq-corrected">.*\n<p class="xq-corrected">', page, re.MULTILINE)
        assert set(re.findall(r'href="../../corrections/#([^"]+)"', page)) == {"c-2026-11-03-1", "c-2026-11-01-1"}
        assert 'href="../../../corrections/#c-2026-11-20-1"' in str(made[lang]["news/events/x/index.md"].content)


def test_the_line_of_a_page_written_as_html_stands_within_its_block() -> None:
    html = '---\n{"title": "T"}\n---\n<div>\n<h1>T</h1>\n<form>\n</form>\n</div>\n'
    pages = {lang: {"forms/a.md": Piece(content=html)} for lang in Lang}
    made, _ = corrected(pages, [correction("forms/a/")])
    assert re.search(r'</h1>\n<p class="xq-corrected">[^\n]*</p>\n+<form>', str(made[Lang.EN]["forms/a.md"].content))
    assert "\n\n" not in str(made[Lang.EN]["forms/a.md"].content)


def test_a_correction_of_a_page_that_is_not_there_names_the_nearest() -> None:
    made, problems = corrected(tree("corrections.md", "learn/topic.md"), [correction("learn/topics/")])
    assert [problem.code for problem in problems] == ["correction-page-unknown"]
    assert problems[0].params["nearest"] == "learn/topic/"
    assert "c-2026" not in str(made[Lang.ZH]["corrections.md"].content)


def test_a_built_site_tells_the_correction_on_both_pages(built: Path) -> None:
    english = (built / "en/corrections/index.html").read_text(encoding="utf-8")
    assert "Before &lt;b&gt;" in english
    assert 'href="../learn/topic/"' in english
    page = (built / "zh/learn/topic/index.html").read_text(encoding="utf-8")
    assert page.index("<h1") < page.index("xq-corrected") < page.index("<h2")
    assert '<h3 id="centre">中心 &lt;一&gt;</h3>' in (built / "zh/services/index.html").read_text(encoding="utf-8")


def test_the_newest_correction_is_read_first_and_each_has_an_anchor_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "corrections", CORRECTION, CORRECTION, {**CORRECTION, "date": TODAY})
    anchors = [one.anchor for one in read_corrections(tmp_path, TODAY)]
    assert anchors == ["c-2026-11-21-1", "c-2026-11-20-1", "c-2026-11-20-2"]


def test_the_portals_own_directory_is_whole_and_says_that_it_is_made_up(root: Path) -> None:
    services = read_services(root)
    assert services and (root / FILE).is_file()
    for service in services:
        assert service.fictional
        assert "虚构" in service.name[Lang.ZH] and "fictional" in service.name[Lang.EN]
        assert not service.number, "a number of a place that does not exist might be somebody's"
