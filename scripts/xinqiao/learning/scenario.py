"""A scenario: scenes that are headings, and choices that are links to them.

    ## Half past eleven { #start }

    She sits on the stairs and cries.

    - [Sit down beside her](#beside)
    - [Walk by](#by)

    ## You walk by { #by .unsafe }

    Nobody comes that night. [Go back to the stairs](#start)

`.unsafe` is a scene that explains what went wrong and leads back; `.end` is one where the story ends. The first scene
is where it begins; what follows the part with the help lines is no scene.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xinqiao.core.name import nearest
from xinqiao.core.problem import Problem
from xinqiao.learning.sheet import Sheet

HEADING = re.compile(r"##[ \t]+(?P<title>[^{]*?)[ \t]*(?:\{(?P<marks>[^}]*)\})?[ \t]*$")
LINK = re.compile(r"\[[^\]]+\]\(#(?P<scene>[^)\s]*)\)")
NAME = re.compile(r"[a-z][a-z0-9-]*")
HELP_MARK = "<!-- help-lines -->"
END, UNSAFE = "end", "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A way from a scene to another, and where it is written."""

    to: str
    at: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A scene with its lines from `start` (its heading) to before `end`."""

    name: str
    title: str
    marks: frozenset[str]
    choices: tuple[Choice, ...]
    start: int
    end: int

    @property
    def is_end(self) -> bool:
        """Whether the story ends here."""
        return END in self.marks

    @property
    def unsafe(self) -> bool:
        """Whether it tells of a choice that puts somebody in danger."""
        return UNSAFE in self.marks

    @property
    def shape(self) -> tuple[str, frozenset[str], tuple[str, ...]]:
        """What both languages have alike."""
        return self.name, self.marks, tuple(choice.to for choice in self.choices)


def read_scenes(sheet: Sheet) -> tuple[tuple[Scene, ...], tuple[Problem, ...]]:
    """The scenes of a scenario in order, and everything that is wrong with them."""
    scenes, others = _parts(sheet)
    problems = [*_named(sheet, scenes), *_linked(sheet, scenes, others)]
    if not scenes:
        problems.append(sheet.problem("scenario-empty", max(sheet.titled_at, 0)))
    if not problems:
        problems += _walked(sheet, scenes)
    return scenes, tuple(sorted(problems, key=lambda one: (one.place.line, one.place.column)))


def _parts(sheet: Sheet) -> tuple[tuple[Scene, ...], frozenset[str]]:
    """The scenes, and the names of the parts that follow them."""
    prose = [(at, HEADING.match(line)) for at, line in sheet.prose()]
    heads = [(at, match) for at, match in prose if match]
    scenes: list[Scene] = []
    others: set[str] = set()
    for number, (at, match) in enumerate(heads):
        end = heads[number + 1][0] if number + 1 < len(heads) else len(sheet.lines)
        marks = (match["marks"] or "").split()
        name = next((mark[1:] for mark in marks if mark.startswith("#")), "")
        if others or any(HELP_MARK in line for line in sheet.lines[at:end]):
            others.add(name)
            continue
        scenes.append(
            Scene(
                name=name,
                title=match["title"],
                marks=frozenset(mark.removeprefix(".") for mark in marks if not mark.startswith("#")),
                choices=tuple(_choices(sheet, at, end)),
                start=at,
                end=end,
            )
        )
    return tuple(scenes), frozenset(others)


def _choices(sheet: Sheet, start: int, end: int) -> Iterator[Choice]:
    for at in range(start + 1, end):
        for match in LINK.finditer(sheet.lines[at]):
            yield Choice(to=match["scene"], at=at, column=match.start() + 1)


def _named(sheet: Sheet, scenes: Sequence[Scene]) -> Iterator[Problem]:
    first: dict[str, Scene] = {}
    for scene in scenes:
        if not NAME.fullmatch(scene.name):
            yield sheet.problem("scenario-scene-unnamed", scene.start, title=scene.title)
        elif first.setdefault(scene.name, scene) is not scene:
            line = sheet.place(first[scene.name].start).line
            yield sheet.problem("scenario-scene-twice", scene.start, name=scene.name, first=line)
        for mark in sorted(scene.marks - {END, UNSAFE}):
            yield sheet.problem("scenario-mark", scene.start, mark=mark)


def _linked(sheet: Sheet, scenes: Sequence[Scene], others: frozenset[str]) -> Iterator[Problem]:
    known = [scene.name for scene in scenes]
    for scene in scenes:
        for choice in scene.choices:
            if choice.to not in known and choice.to not in others:
                meant = f"#{nearest(choice.to, known)}"
                yield sheet.problem("scenario-link", choice.at, choice.column, target=f"#{choice.to}", nearest=meant)
        on = [choice for choice in scene.choices if choice.to in known]
        if scene.is_end and on:
            yield sheet.problem("scenario-end-leads-on", on[0].at, on[0].column, name=scene.name)
        if not scene.is_end and not scene.choices:
            yield sheet.problem("scenario-dead-end", scene.start, name=scene.name)


def _walked(sheet: Sheet, scenes: Sequence[Scene]) -> Iterator[Problem]:
    """Scenes that no way leads to, and such from which no way leads to an end."""
    ways = {scene.name: {choice.to for choice in scene.choices} for scene in scenes}
    back: dict[str, set[str]] = {name: set() for name in ways}
    for name, onward in ways.items():
        for to in onward & back.keys():
            back[to].add(name)
    reached = _reached(ways, {scenes[0].name})
    ending = _reached(back, {scene.name for scene in scenes if scene.is_end})
    for scene in scenes:
        if scene.name not in reached:
            yield sheet.problem("scenario-unreachable", scene.start, name=scene.name)
        elif scene.name not in ending:
            yield sheet.problem("scenario-endless", scene.start, name=scene.name)


def _reached(ways: Mapping[str, set[str]], start: set[str]) -> set[str]:
    found, todo = set(start), deque(start)
    while todo:
        new = ways.get(todo.popleft(), set()) - found
        found |= new
        todo.extend(new)
    return found


def differences(here: Sheet, there: Sheet) -> Iterator[Problem]:
    """The first scene at which two languages of a scenario part: its name, its marks, or where its choices lead."""
    one, two = _parts(here)[0], _parts(there)[0]
    for number in range(max(len(one), len(two))):
        mine, other = (found[number] if number < len(found) else None for found in (one, two))
        if mine is None or other is None or mine.shape != other.shape:
            at = mine.start if mine else (one[-1].end - 1 if one else max(here.titled_at, 0))
            yield here.problem(
                "scenario-differs", at, other=there.file, here=_said(mine), there=_said(other), number=number + 1
            )
            return


def _said(scene: Scene | None) -> str:
    """A scene's name, marks and ways as they are written; a dash where there is none."""
    if scene is None:
        return "–"
    head = " ".join([f"#{scene.name}", *(f".{mark}" for mark in sorted(scene.marks))])
    return " ".join([f"{{ {head} }}", *(f"→ #{choice.to}" for choice in scene.choices)])
