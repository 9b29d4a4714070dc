"""Pages of courses on their way to the site: their front matter read as strictly as an article's, help and review put
in the place of their marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xinqiao.core.problem import Level, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site import article, page
from xinqiao.site.article import HELP_BAR_MARK, HELP_MARK, SOURCES_MARK, Standing
from xinqiao.site.events import ROLES, Audience
from xinqiao.site.evergreen import KEYS
from xinqiao.site.help_lines import HelpLine, help_html, help_list
from xinqiao.site.share import structured
from xinqiao.site.source import Notes, front_matter
from xinqiao.site.tree import Piece, Tree

COURSE = "course"
COURSE_KEYS = ("audience", "licence")
STEP_KEYS = ("draft",)
FACTS_MARK, REVIEW_MARK = "<!-- course-facts -->", "<!-- course-review -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a course's overview says of it before its first word."""

    title: str
    description: str
    audience: tuple[Audience, ...]
    licence: str
    standing: Standing

    def html(self, lang: Lang) -> str:
        """For whom it is, and whether a professional has read it."""
        roles = ("、" if lang is Lang.ZH else ", ").join(ROLES[role][lang] for role in self.audience)
        return page.render("course-facts.html", lang=lang, roles=roles, article=self.standing)

    def foundations(self, lang: Lang) -> str:
        """What it rests on, and its licence."""
        return self.standing.html(lang) + page.render("course-licence.html", lang=lang, licence=self.licence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One page of a course as its room made it: its kind, its text, and the source and file that it was made of."""

    kind: str
    text: str
    source: str
    file: str
    minutes: int


def coursework(
    pages: Mapping[Lang, Mapping[str, Written]], lines: Sequence[HelpLine], today: date, *, college: Mapping[Lang, str]
) -> tuple[Tree, Mapping[Lang, Mapping[str, Outline]], tuple[Problem, ...]]:
    """The pages with their marks filled, what each course's overview says of it (by its page), and the warnings.

    Raises XinqiaoError with every fault of front matter and marks.
    """
    outlines: dict[Lang, dict[str, Outline]] = {lang: {} for lang in Lang}
    problems: list[Problem] = []
    for lang, by_name in pages.items():
        for name, written in by_name.items():
            outline, found = _read(written, today)
            problems += found
            if outline is not None:
                outlines[lang][name] = outline
    standings = {lang: {name: one.standing for name, one in by_name.items()} for lang, by_name in outlines.items()}
    problems += article.sources_differ(standings)
    if any(problem.level is Level.ERROR for problem in problems):
        raise XinqiaoError(problems)
    tree = {
        lang: {
            name: Piece(content=_filled(written, name, lang, outlines[lang], lines, college[lang]), origin=written.file)
            for name, written in by_name.items()
        }
        for lang, by_name in pages.items()
    }
    return tree, outlines, tuple(problems)


def _read(written: Written, today: date) -> tuple[Outline | None, list[Problem]]:
    notes = Notes(written.file)
    entry = front_matter(written.source, notes)
    if entry is None:
        return None, notes.problems
    # A course comes after no self-check.
    rests_on = (key for key in article.KEYS if key != "self_checks")
    more = (*rests_on, *COURSE_KEYS) if written.kind == COURSE else STEP_KEYS
    entry.only((*KEYS, *more))
    entry.choice("page_type", (written.kind,))
    title, description = entry.text("title"), entry.text("description")
    marks = [*article.mark_problems(written.source, written.file)]
    if written.kind != COURSE:
        # A step rests on its course's sources; help stands on each.
        return None, [*notes.problems, *(one for one in marks if one.code == "article-help-late")]
    audience, licence = entry.names("audience", tuple(Audience)), entry.text("licence")
    standing = article.read_standing(entry, today)
    if standing is None or notes.problems or marks:
        return None, [*notes.problems, *marks]
    outline = Outline(
        title=title,
        description=description,
        audience=tuple(Audience(role) for role in audience),
        licence=licence,
        standing=standing,
    )
    return outline, list(article.review_due(standing, today))


def _filled(
    written: Written, name: str, lang: Lang, outlines: Mapping[str, Outline], lines: Sequence[HelpLine], college: str
) -> str:
    folder, _, leaf = name.rpartition("/")
    up = "../" * (name.count("/") + (1 if leaf == "index.md" else 2))
    outline = outlines[f"{folder}/index.md"]
    facts = outline.html(lang)
    if written.kind == COURSE:
        facts += structured(_data(outline, lang, college, written.minutes))
    fills = {
        HELP_MARK: help_list(lines, lang),
        HELP_BAR_MARK: help_html(lines, lang, up=up) if lines else "",
        SOURCES_MARK: outline.foundations(lang),
        FACTS_MARK: facts,
        REVIEW_MARK: page.render("course-review.html", lang=lang, article=outline.standing),
    }
    text = written.text
    for mark, made in fills.items():
        text = text.replace(mark, made)
    return text


def _data(outline: Outline, lang: Lang, college: str, minutes: int) -> dict[str, object]:
    """A course as https://schema.org/Course tells it."""
    return {
        "@type": "Course",
        "name": outline.title,
        "description": outline.description,
        "inLanguage": lang.tag,
        "isAccessibleForFree": True,
        "timeRequired": f"PT{minutes}M",
        "provider": {"@type": "Organization", "name": college},
        "audience": [{"@type": "Audience", "audienceType": ROLES[role][lang]} for role in outline.audience],
    }
