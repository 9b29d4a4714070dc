"""Pages for staff that stand alone: what the site shows of a form, in a shell without search or menu."""

from __future__ import annotations

from collections.abc import Sequence

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.overview import Released, Shown, overview_html
from xinqiao.dashboard.page import Around, summary_html
from xinqiao.dashboard.words import Words
from xinqiao.templates import environment

NAMES = {Lang.ZH: "中文", Lang.EN: "English"}


def staff_page(form: Form, tables: Sequence[SafeTable], lang: Lang, shown: Shown, *, around: Around) -> str:
    """A form's summary as a whole document, for `LANG/FORM/index.html`."""
    body = summary_html(form, tables, lang, demonstration=shown.demonstration, around=around)
    return _document(Words(lang)("page.title", title=form.title[lang]), body, lang, shown.college, deep=f"{form.id}/")


def staff_index(releases: Sequence[Released], lang: Lang, shown: Shown, *, brief: bool) -> str:
    """The list of all released forms, for `LANG/index.html`; brief: whether `brief.pdf` lies there."""
    say = Words(lang)
    body = overview_html(releases, lang, demonstration=shown.demonstration, assets="../assets/")
    return _document(say("staff.overview"), body, lang, shown.college, intro=say("staff.intro"), brief=brief)


def staff_entrance(college: Text) -> str:
    """The page that leads on to each language."""
    both = [Words(lang) for lang in Lang]
    return environment("dashboard").get_template("entrance.html.jinja").render(both=both, college=college[Lang.ZH])


def _document(
    title: str, body: str, lang: Lang, college: Text, *, deep: str = "", intro: str = "", brief: bool = False
) -> str:
    """deep: the folder of the page below that of its language."""
    other = next(one for one in Lang if one is not lang)
    up = "../../" if deep else "../"
    return (
        environment("dashboard")
        .get_template("alone.html.jinja")
        .render(
            say=Words(lang),
            lang=lang,
            title=title,
            body=body,
            intro=intro,
            brief=brief,
            college=college[lang],
            up=up,
            home="../" if deep else "./",
            other=f"{up}{other.value}/{deep}",
            other_lang=other,
            other_words=NAMES[other],
        )
    )
