"""The pages of a course as Markdown that MkDocs builds without any plugin: prose as it was written, questions and
scenes as HTML in it. Nothing of what is chosen leaves the page, nothing is stored, and all of it works without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from xinqiao.core.text import Lang
from xinqiao.learning.course import LESSONS_MARK, Course
from xinqiao.learning.quiz import Question, read_questions
from xinqiao.learning.scenario import read_scenes
from xinqiao.learning.sheet import Kind, Sheet
from xinqiao.templates import environment

# Where courses lie below a language's folder; a step's page lies one folder deeper than its course's.
HOME = "learn"
ASSETS = "../../assets/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A page as Markdown, and the file that it was made of."""

    text: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way to another page of the course: a relative address, and what it is called."""

    href: str
    title: str


def course_pages(course: Course, lang: Lang) -> Mapping[str, Made]:
    """The pages of a course in one language, by their names below the language's folder."""
    pages = {f"{HOME}/{course.slug}/index.md": Made(text=_overview(course, lang), file=course.overview(lang).file)}
    for sheet in course.steps(lang):
        pages[f"{HOME}/{course.slug}/{sheet.name}.md"] = Made(text=_step(course, sheet), file=sheet.file)
    return pages


def cards(courses: Sequence[Course], about: Mapping[str, str], lang: Lang) -> str:
    """Courses as a list that leads to them, for the page of what can be learnt; `about`: slug → one sentence."""
    return _render("cards.html", lang=lang, courses=courses, about=about, kinds=Kind) if courses else ""


def _overview(course: Course, lang: Lang) -> str:
    sheet = course.overview(lang)
    listed = _render("lessons.html", course=course, steps=course.steps(lang), lang=lang, kinds=Kind)
    lines = [listed if line.strip() == LESSONS_MARK else line for line in sheet.lines]
    return _page(sheet, lines, _render("length.html", course=course, lang=lang, kinds=Kind, assets=ASSETS))


def _step(course: Course, sheet: Sheet) -> str:
    lines = _body(course, sheet)
    above = _render(
        "above.html",
        course=course,
        sheet=sheet,
        title=course.overview(sheet.lang).title,
        lang=sheet.lang,
        kinds=Kind,
        assets=f"../{ASSETS}",
        script=sheet.kind is Kind.CARD or bool(read_questions(sheet)[0]),
    )
    before, after = _beside(course, sheet)
    below = _render("below.html", lang=sheet.lang, before=before, after=after)
    return _page(sheet, [*lines, "", below], above)


def _body(course: Course, sheet: Sheet) -> list[str]:
    match sheet.kind:
        case Kind.SCENARIO:
            return _scenes(sheet)
        case Kind.CARD:
            title = course.overview(sheet.lang).title
            return [*sheet.lines, "", _render("card.html", course=course, title=title, lang=sheet.lang, kinds=Kind)]
        case _:
            return _quiz(sheet)


def _page(sheet: Sheet, lines: list[str], under_title: str) -> str:
    at = sheet.titled_at
    return sheet.head + "\n".join([*lines[: at + 1], "", under_title, "", *lines[at + 1 :]]) + "\n"


def _beside(course: Course, sheet: Sheet) -> tuple[Link | None, Link]:
    """What comes before a step and after it; after the last one the course itself."""
    steps = course.steps(sheet.lang)
    at = steps.index(sheet)
    before = Link(href=f"../{steps[at - 1].name}/", title=steps[at - 1].title) if at else None
    if at + 1 < len(steps):
        return before, Link(href=f"../{steps[at + 1].name}/", title=steps[at + 1].title)
    return before, Link(href="../", title=course.overview(sheet.lang).title)


def _quiz(sheet: Sheet) -> list[str]:
    """The lines of a lesson with its questions as groups of buttons."""
    questions = read_questions(sheet)[0]
    lines: list[str] = []
    at = 0
    for number, question in enumerate(questions, start=1):
        lines += [*sheet.lines[at : question.start], "", _question(question, number, sheet.lang), ""]
        at = question.end
    return [*lines, *sheet.lines[at:]]


def _question(question: Question, number: int, lang: Lang) -> str:
    return _render("question.html", question=question, number=number, lang=lang)


def _scenes(sheet: Sheet) -> list[str]:
    """The lines of a scenario, each scene an element that its name leads to; before them the way in."""
    scenes = read_scenes(sheet)[0]
    first = scenes[0]
    lines = [*sheet.lines[: first.start], _render("begin.html", lang=sheet.lang, first=first), ""]
    for scene in scenes:
        inside = "\n".join(sheet.lines[scene.start + 1 : scene.end]).strip("\n")
        inner = Markup(inside)  # noqa: S704 (prose of the college's own)
        lines += [_render("scene.html", lang=sheet.lang, scene=scene, first=first, inside=inner), ""]
    return [*lines, *sheet.lines[scenes[-1].end :]]


@cache
def _environment() -> Environment:
    made = environment("learning")
    made.globals["zh"] = Lang.ZH
    # Prose of the college's own: Markdown, which MkDocs renders as it does on every page.
    made.filters["prose"] = Markup
    return made


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values).strip("\n")
