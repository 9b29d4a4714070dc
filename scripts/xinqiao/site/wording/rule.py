"""The rules of wording, read from `rules.toml`: what is looked for, why it harms, what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from xinqiao.core.problem import Level
from xinqiao.core.text import Lang, Text

WORD = re.compile(r"@(?P<name>[a-z_]+)@")
# English is matched as whole words; Chinese has no border between words.
WHOLE = {Lang.ZH: "(?:{})", Lang.EN: r"(?<![a-z])(?:{})(?![a-z])"}
IDENTIFIER = "identifier"
# An opening quotation mark that nothing has closed.
QUOTED = re.compile('["“‘「『][^"”’」』]*$')


class Denied(StrEnum):
    """When words that a sentence takes back are no fault, as rules.toml has it."""

    NEVER = "never"
    SAID = "said"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What is looked for in a sentence; `near` has to stand in it too, `unless` must not."""

    find: re.Pattern[str]
    near: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    level: Level

    def places(self, sentence: str) -> Iterator[re.Match[str]]:
        """Every place of a plain sentence where it holds."""
        found = list(self.find.finditer(sentence))
        if not found or (self.unless and self.unless.search(sentence)):
            return
        if self.near is None or self.near.search(sentence):
            yield from found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its patterns in each language, and its words for people; `denied` as rules.toml has it."""

    name: str
    level: Level
    source: str
    why: Text
    instead: Text
    denied: Denied
    patterns: Mapping[Lang, tuple[Pattern, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """How a language says that something is not so (`no`, just before) or is not to be said (`said`, of what it
    quotes)."""

    no: re.Pattern[str]
    said: re.Pattern[str]

    def holds(self, before: str, denied: Denied) -> bool:
        """Whether the words before a finding, from the beginning of its sentence, take it back."""
        if denied is Denied.NEVER:
            return False
        quoted = bool(self.said.search(before) and QUOTED.search(before))
        return quoted or (denied is Denied.ALL and bool(self.no.search(before)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules by name, and how each language denies."""

    by_name: Mapping[str, Rule]
    denials: Mapping[Lang, Denial]


@cache
def rules() -> Rules:
    """The rules as they are shipped. Raises ValueError where the file names a word that it lacks."""
    raw = tomllib.loads(resources.files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))
    words, denied = raw.pop("words"), raw.pop("denied")
    for name, value in words.items():
        words[name] = _filled(value, words)
    denials = {
        lang: Denial(no=_compiled(denied[f"not_{lang}"], words), said=_compiled(denied[f"said_{lang}"], words))
        for lang in Lang
    }
    return Rules(by_name={name: _rule(name, one, words) for name, one in raw.items()}, denials=denials)


def _rule(name: str, raw: Mapping[str, object], words: Mapping[str, str]) -> Rule:
    level = Level(str(raw["level"]))
    return Rule(
        name=name,
        level=level,
        source=str(raw["source"]),
        why=Text.of(zh=str(raw["why_zh"]), en=str(raw["why_en"])),
        instead=Text.of(zh=str(raw["instead_zh"]), en=str(raw["instead_en"])),
        denied=Denied(str(raw.get("denied", "never"))),
        patterns={lang: tuple(_patterns(raw[lang.value], lang, level, words)) for lang in Lang},
    )


def _patterns(raw: object, lang: Lang, level: Level, words: Mapping[str, str]) -> Iterator[Pattern]:
    for one in raw if isinstance(raw, Iterable) else ():
        given: Mapping[str, str] = {"find": one} if isinstance(one, str) else one
        near, unless = (given.get(key) for key in ("near", "unless"))
        yield Pattern(
            find=_compiled(WHOLE[lang].format(given["find"]), words),
            near=_compiled(WHOLE[lang].format(near), words) if near else None,
            unless=_compiled(WHOLE[lang].format(unless), words) if unless else None,
            level=Level(given.get("level", level)),
        )


def _compiled(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(_filled(pattern, words))


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with the words that it names written out."""

    def word(match: re.Match[str]) -> str:
        if match["name"] not in words:
            raise ValueError(f"the rules of wording name a word that they lack: {match['name']}")
        return f"(?:{words[match['name']]})"

    return WORD.sub(word, pattern)
