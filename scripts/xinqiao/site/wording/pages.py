"""The wording of a project's own files: every finding with its place, escapes for quoted bad examples, and what a page
that speaks of suicide has to show besides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.problem import Level, Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.article import HELP_BAR_MARK, HELP_MARK
from xinqiao.site.source import position, shown
from xinqiao.site.wording.alarm import Alarm, alarms
from xinqiao.site.wording.plain import Sentence, prose, sentences
from xinqiao.site.wording.rule import rules

FILES = (
    "docs/zh/**/*.md", "docs/en/**/*.md", "docs/news/**/*.md", "docs/courses/**/*.md",
    "docs/data/*.yml", "docs/data/events/*.yml",
)  # fmt: skip
CODES = {Level.ERROR: "wording-harmful", Level.WARNING: "wording-doubtful", Level.NOTE: "wording-weigh"}
# <!-- wording RULE, RULE: why --> in Markdown, # wording RULE: why in YAML; holds for the block that follows.
ESCAPE = re.compile(r"(?:<!--|#)[ \t]*wording[ \t]+(?P<rules>[^:\n]*?)[ \t]*:(?P<why>.*?)(?:-->|$)", re.MULTILINE)
# In a course a wrong option, and a choice that leads to a scene marked unsafe, are examples of what not to say; the
# page says why. That holds for what one person says to another, not for methods, places or names.
COURSES = "docs/courses/"
SAID = frozenset({"judging", "cheering-up", "secrecy", "promise", "diagnosis"})
WRONG = re.compile(r"^[ \t]*- \[ \][^\n]*", re.MULTILINE)
CHOICE = re.compile(r"^[ \t]*- \[[^\n]*\]\(#(?P<scene>[\w-]+)\)[^\n]*", re.MULTILINE)
UNSAFE = re.compile(r"^##[^\n]*\{[^}\n]*#(?P<scene>[\w-]+)[^}\n]*\.unsafe\b", re.MULTILINE)
BLOCK_END = re.compile(r"\n[ \t]*\n(?=[ \t]*\S)")
SHORTEST_WHY = 4
# Words by which a page speaks of suicide or self-harm, in plain text.
TRIGGER = re.compile(
    r"自杀|自伤|自残|轻生|寻短见|不想活|想死|\bsuicid|\bself[- ]?harm|\bkill(?:ing)? (?:your|him|her|them)sel"
    r"|\bend(?:ing)? (?:your|their|his|her) li(?:fe|ves)\b",
    re.IGNORECASE,
)
HELP = re.compile(rf"{HELP_MARK}|{HELP_BAR_MARK}|help-now/|\bhelp\.md|/help/|\]\(#lines\)")
HOPE = re.compile(
    r"走(?:了)?(?:过|出)来|会(?:慢慢)?过去|好(?:起来|转|一些)|恢复|康复|松一口气|有办法|帮得?上|能帮|减轻|陪"
    r"|recover|get(?:s|ting)? better|pass(?:es)?\b|\bease|come through|came through|help(?:s|ed)\b|relief|support",
    re.IGNORECASE,
)
PART = re.compile(r"^##[ \t]", re.MULTILINE)
PICTURE = re.compile(r"!\[|<img\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escape:
    """Where quoted bad examples stand: the rules let off, and from where to where (characters, from 0)."""

    rules: frozenset[str]
    start: int
    end: int

    def holds(self, alarm: Alarm) -> bool:
        """Whether a finding is such an example."""
        return alarm.rule.name in self.rules and self.start <= alarm.start < self.end


def check_wording(project: Path, forms: Iterable[Path]) -> tuple[Problem, ...]:
    """Every problem of wording in a project's pages, news and registries, and in the form files given."""
    paths = sorted({path for pattern in FILES for path in project.glob(pattern)} | set(forms))
    # What cannot be read as text is told by the file's own reader.
    return tuple(
        problem
        for path in paths
        for problem in read_wording(path.read_text("utf-8-sig", errors="replace"), shown(path, project))
    )


def read_wording(source: str, file: str) -> tuple[Problem, ...]:
    """Every problem of one source, by place; what only a page has to show is asked of Markdown."""
    problems = [*_escape_problems(source, file)]
    examples = examples_of(source) if file.startswith(COURSES) else ()
    escapes, every = (*escapes_of(source), *examples), tuple(sentences(source))
    for alarm in alarms(source, every):
        if not any(escape.holds(alarm) for escape in escapes):
            problems.append(_problem(alarm, source, file))
    if file.endswith(".md"):
        problems += _page_problems(source, file, every)
    return tuple(sorted(problems, key=lambda one: (one.place.line, one.place.column)))


def escapes_of(source: str) -> Iterator[Escape]:
    """The escapes of a source that name rules that are there."""
    for match in ESCAPE.finditer(source):
        after = match.end() + len(source[match.end() :]) - len(source[match.end() :].lstrip())
        end = BLOCK_END.search(source, after)
        yield Escape(rules=frozenset(_named(match)), start=match.start(), end=end.start() if end else len(source))


def examples_of(source: str) -> Iterator[Escape]:
    """What a course's own marks show to be examples of what not to say: wrong options, choices that are unsafe."""
    unsafe = {match["scene"] for match in UNSAFE.finditer(source)}
    choices = (match for match in CHOICE.finditer(source) if match["scene"] in unsafe)
    for match in (*WRONG.finditer(source), *choices):
        yield Escape(rules=SAID, start=match.start(), end=match.end())


def _named(match: re.Match[str]) -> list[str]:
    return re.split(r"[,，、\s]+", match["rules"])


def _escape_problems(source: str, file: str) -> Iterator[Problem]:
    for match in ESCAPE.finditer(source):
        place = _place(source, file, match.start())
        for name in _named(match):
            if name not in rules().by_name:
                params = {"rule": name, "known": ", ".join(rules().by_name)}
                yield Problem(code="wording-escape-rule", place=place, params=params)
        if len(match["why"].strip()) < SHORTEST_WHY:
            yield Problem(code="wording-escape-why", place=place)


def _problem(alarm: Alarm, source: str, file: str) -> Problem:
    rule, place = alarm.rule, _place(source, file, alarm.start)
    if alarm.found is not None:
        label = alarm.found.identifier.label
        params = {f"kind_{lang}": label[lang] for lang in Lang}
        code = "wording-identifier" if alarm.level is Level.ERROR else "wording-name"
        return Problem(code=code, place=place, params=params)
    told = {"why": rule.why, "instead": rule.instead}
    params = {f"{key}_{lang}": words[lang] for key, words in told.items() for lang in Lang}
    params |= {"words": alarm.words, "rule": rule.name, "source": rule.source}
    return Problem(code=CODES[alarm.level], place=place, params=params)


def _page_problems(source: str, file: str, every: Iterable[Sentence]) -> Iterator[Problem]:
    """What a page that speaks of suicide or self-harm lacks: help at its beginning and end, a hopeful word."""
    spoken = _trigger(every)
    if spoken is None:
        return
    place, last = _place(source, file, spoken), _place(source, file, len(source.rstrip()) - 1)
    parts = PART.split(source)
    if not HELP.search(parts[0]):
        yield Problem(code="wording-help-first", place=place)
    if not HELP.search(parts[-1] if len(parts) > 1 else _last_block(source)):
        yield Problem(code="wording-help-last", place=last)
    if not HOPE.search(prose(source)):
        yield Problem(code="wording-no-hope", place=place)
    picture = PICTURE.search(source)
    if picture:
        yield Problem(code="wording-picture", place=_place(source, file, picture.start()))


def _last_block(source: str) -> str:
    return re.split(r"\n[ \t]*\n", source.strip())[-1]


def _trigger(every: Iterable[Sentence]) -> int | None:
    found = (sentence.at[match.start()] for sentence in every if (match := TRIGGER.search(sentence.text)))
    return next(found, None)


def _place(source: str, file: str, at: int) -> Place:
    line, column = position(source, at)
    return Place(file=file, line=line, column=column)
