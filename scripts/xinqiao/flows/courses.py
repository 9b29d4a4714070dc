"""Courses: read by their room, their front matter and marks by the site's, and handed to the build as pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xinqiao.config import Config
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.learning.course import FOLDER, INDEX, Course, read_courses
from xinqiao.learning.page import HOME, cards, course_pages
from xinqiao.learning.sheet import Kind
from xinqiao.site.article import is_draft
from xinqiao.site.coursework import Written, coursework
from xinqiao.site.help_lines import HelpLine, read_help_lines
from xinqiao.site.tree import Tree

# In the page of what can be learnt: where the courses are listed.
MARK = "<!-- courses -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A project's courses as pages, what stands in other pages in the place of their mark, and the warnings."""

    pages: Tree
    fills: Mapping[Lang, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def courses(config: Config, today: date) -> Taught:
    """The courses of a project; drafts are left out. Raises XinqiaoError with every fault of all of them."""
    files = _files(config)
    read = read_courses(files)
    tree, outlines, problems = coursework(
        {lang: _written(read, lang, files) for lang in Lang},
        _lines(config),
        today,
        college={lang: config.college[lang] for lang in Lang},
    )
    fills = {}
    for lang in Lang:
        about = {one.slug: outlines[lang][f"{HOME}/{one.slug}/{INDEX}.md"].description for one in read}
        fills[lang] = {MARK: cards(read, about, lang)}
    return Taught(pages=tree, fills=fills, problems=problems)


def _files(config: Config) -> dict[str, bytes]:
    """Every file of a course but drafts; where the overview is a draft, so is the whole course."""
    root = config.root / FOLDER
    paths = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    files = {path.relative_to(config.root).as_posix(): path.read_bytes() for path in paths}
    drafts = {name for name, content in files.items() if is_draft(content.decode("utf-8-sig", errors="replace"))}
    overviews = {name.rpartition("/")[0] for name in drafts if name.rpartition("/")[2].startswith(f"{INDEX}.")}
    left_out = drafts | {name for name in files if name.rpartition("/")[0] in overviews}
    return {name: content for name, content in files.items() if name not in left_out}


def _lines(config: Config) -> Sequence[HelpLine]:
    # A registry that cannot be read is told as such, with all that is wrong in the site's own files.
    try:
        return read_help_lines(config.root)
    except XinqiaoError:
        return ()


def _written(read: Sequence[Course], lang: Lang, files: Mapping[str, bytes]) -> dict[str, Written]:
    pages = {}
    for course in read:
        kinds = {sheet.file: sheet.kind for sheet in course.sheets[lang]}
        for name, made in course_pages(course, lang).items():
            kind = kinds[made.file]
            pages[name] = Written(
                kind=kind.page_type,
                text=made.text,
                source=files[made.file].decode("utf-8-sig"),
                file=made.file,
                minutes=course.all_minutes if kind is Kind.COURSE else 0,
            )
    return pages
