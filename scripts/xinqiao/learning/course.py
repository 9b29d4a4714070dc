"""Courses: each a folder of Markdown files, the same in every language.

- `docs/courses/SLUG/index.zh.md`: what the course is, with the mark of its lessons
- `docs/courses/SLUG/01-NAME.zh.md` and so on: its lessons in order, with questions in them
- `docs/courses/SLUG/scenario-NAME.zh.md`: its scenarios
- `docs/courses/SLUG/card.zh.md`: what a reader may print at the end, where the course has that
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.learning import quiz, scenario
from xinqiao.learning.sheet import Kind, Sheet

FOLDER = "docs/courses"
FILE = re.compile(
    rf"{FOLDER}/(?P<course>[a-z0-9][a-z0-9-]*)/"
    r"(?P<name>index|card|(?P<number>\d\d)-[a-z0-9][a-z0-9-]*|scenario-[a-z0-9][a-z0-9-]*)\.(?P<lang>zh|en)\.md"
)
INDEX, CARD = "index", "card"
LESSONS_MARK = "<!-- lessons -->"
QUESTION_MINUTES = 0.5
# Who plays a scenario once sees about half of its scenes.
SEEN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course in every language, its sheets in order: overview, lessons, scenarios, a card where it has one."""

    slug: str
    sheets: Mapping[Lang, tuple[Sheet, ...]]

    def overview(self, lang: Lang) -> Sheet:
        """The sheet that says what the course is."""
        return self.sheets[lang][0]

    def steps(self, lang: Lang) -> tuple[Sheet, ...]:
        """What follows the overview, in order."""
        return self.sheets[lang][1:]

    def count(self, kind: Kind) -> int:
        """How many lessons or scenarios it has."""
        return sum(sheet.kind is kind for sheet in self.sheets[Lang.ZH])

    def minutes(self, name: str) -> int:
        """About how long one step takes, the same in every language: as long as in the slowest."""
        return max(_minutes(sheet) for sheets in self.sheets.values() for sheet in sheets if sheet.name == name)

    @property
    def all_minutes(self) -> int:
        """About how long all lessons and scenarios take."""
        return sum(self.minutes(sheet.name) for sheet in self.steps(Lang.ZH) if sheet.kind is not Kind.CARD)


def _minutes(sheet: Sheet) -> int:
    share = SEEN if sheet.kind is Kind.SCENARIO else 1
    return max(1, math.ceil(share * sheet.reading + QUESTION_MINUTES * len(quiz.read_questions(sheet)[0])))


def read_courses(files: Mapping[str, bytes]) -> tuple[Course, ...]:
    """The courses of a project, in order of their names; `files`: path in the project → content, drafts left out.

    Raises XinqiaoError with every problem of all of them.
    """
    problems: list[Problem] = []
    courses: dict[str, dict[Lang, list[Sheet]]] = {}
    for path, content in sorted(files.items()):
        match = FILE.fullmatch(path)
        if match is None:
            problems.append(Problem(code="course-file-name", place=Place(file=path)))
        else:
            sheet = _sheet(match, path, _text(path, content, problems))
            courses.setdefault(match["course"], {lang: [] for lang in Lang})[sheet.lang].append(sheet)
    made = []
    for slug, sheets in courses.items():
        course = Course(slug=slug, sheets={lang: tuple(sorted(found, key=_rank)) for lang, found in sheets.items()})
        problems += _faults(course)
        made.append(course)
    if problems:
        raise XinqiaoError(problems)
    return tuple(made)


def _text(path: str, content: bytes, problems: list[Problem]) -> str:
    """The text of a file; what cannot be read is noted, so that the rest of it is read all the same."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(code="course-unreadable", place=Place(file=path, line=line, column=1)))
        return content.decode("utf-8-sig", errors="replace")


def _sheet(match: re.Match[str], path: str, source: str) -> Sheet:
    name = match["name"]
    kind = {INDEX: Kind.COURSE, CARD: Kind.CARD}.get(name, Kind.LESSON if match["number"] else Kind.SCENARIO)
    return Sheet.of(source, name=name, kind=kind, lang=Lang(match["lang"]), file=path)


def _rank(sheet: Sheet) -> tuple[int, str]:
    return list(Kind).index(sheet.kind), sheet.name


def _faults(course: Course) -> Iterator[Problem]:
    yield from _lonely(course)
    own = {sheet.file: [*_own(sheet)] for sheets in course.sheets.values() for sheet in sheets}
    for lang in Lang:
        sheets = course.sheets[lang]
        if sheets and sheets[0].kind is not Kind.COURSE:
            yield Problem(code="course-index-missing", place=Place(file=f"{FOLDER}/{course.slug}/{INDEX}.{lang}.md"))
        yield from _numbered([sheet for sheet in sheets if sheet.kind is Kind.LESSON])
        for sheet in sheets:
            yield from own[sheet.file]
    first, second = Lang
    others = {sheet.name: sheet for sheet in course.sheets[first]}
    for sheet in course.sheets[second]:
        other = others.get(sheet.name)
        # Where one of them is broken they differ anyway.
        if other and not own[sheet.file] and not own[other.file]:
            yield from quiz.differences(sheet, other)
            if sheet.kind is Kind.SCENARIO:
                yield from scenario.differences(sheet, other)


def _own(sheet: Sheet) -> Iterator[Problem]:
    """What is wrong with one sheet by itself."""
    if not sheet.title:
        yield sheet.problem("course-title-missing", 0)
    yield from quiz.read_questions(sheet)[1]
    if sheet.kind is Kind.SCENARIO:
        yield from scenario.read_scenes(sheet)[1]
    marks = [at for at, line in enumerate(sheet.lines) if line.strip() == LESSONS_MARK]
    if sheet.kind is Kind.COURSE and len(marks) != 1:
        yield sheet.problem("course-lessons-mark", marks[1] if marks else max(sheet.titled_at, 0), mark=LESSONS_MARK)


def _lonely(course: Course) -> Iterator[Problem]:
    names = {lang: {sheet.name for sheet in sheets} for lang, sheets in course.sheets.items()}
    for lang in Lang:
        for other in set(Lang) - {lang}:
            for sheet in course.sheets[lang]:
                if sheet.name not in names[other]:
                    lacking = f"{FOLDER}/{course.slug}/{sheet.name}.{other.value}.md"
                    place = Place(file=sheet.file, line=1, column=1)
                    yield Problem(code="course-translation-missing", place=place, params={"other": lacking})
    if not any(sheet.kind is Kind.LESSON for sheets in course.sheets.values() for sheet in sheets):
        file = next(sheet.file for sheets in course.sheets.values() for sheet in sheets)
        yield Problem(code="course-empty", place=Place(file=file, line=1, column=1))


def _numbered(lessons: Sequence[Sheet]) -> Iterator[Problem]:
    for number, sheet in enumerate(lessons, start=1):
        if int(sheet.name[:2]) != number:
            params: dict[str, str | int] = {"found": sheet.name[:2], "wanted": f"{number:02}"}
            yield Problem(code="course-number", place=Place(file=sheet.file), params=params)
            return
