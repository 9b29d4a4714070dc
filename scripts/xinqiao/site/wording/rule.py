"""The rules of wording, read from `rules.toml`: what is looked for, why it harms, what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from xinqiao.core.identifiers import IDENTIFIERS, Identifier
from xinqiao.core.problem import Level
from xinqiao.core.text import Lang, Text

WORD = re.compile(r"@(?P<name>[a-z_]+)@")
# English is matched as whole words; Chinese has no border between words.
WHOLE = {Lang.ZH: "(?:{})", Lang.EN: r"(?<![a-z])(?:{})(?![a-z])"}
IDENTIFIER = "identifier"
# An opening quotation mark that nothing has closed; straight ones are read in pairs.
PAIR = re.compile('"[^"]*"')
QUOTED = re.compile('["“‘「『][^"”’」』]*$')
KINDS = {kind.name: kind for kind in IDENTIFIERS}


class Denied(StrEnum):
    """When words that a sentence takes back are no fault, as rules.toml has it."""

    NEVER = "never"
    SAID = "said"
    ALL = "all"


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern made ready, once; most of the rules stand nowhere in a project, and are never needed."""
    return re.compile(pattern, re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What is looked for in a sentence; `near` has to stand in it too, `unless` must not. All are regular expressions.

    `probe` is what whole sources are searched for first: `find`, or `near` of a pattern that reads capitals as they are
    (`cased`), without the borders of words, which reads faster. `kind` is what is found where that points to a person.
    """

    find: str
    near: str | None
    unless: str | None
    probe: str
    level: Level
    cased: bool
    kind: Identifier | None

    def may_stand(self, source: str) -> bool:
        """Whether it may stand in some sentence of a whole source (one line a sentence)."""
        if not compiled(self.probe).search(source):
            return False
        return self.near is None or bool(compiled(self.near).search(source))

    def places(self, sentence: str, written: str) -> Iterator[re.Match[str]]:
        """Every place where it holds, of a plain sentence and the same as it was written."""
        found = list(compiled(self.find).finditer(written if self.cased else sentence))
        if not found or (self.unless and compiled(self.unless).search(sentence)):
            return
        if self.near is None or compiled(self.near).search(sentence):
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
    """How a language says that something is not so (`no`, just before), asks whether it is not (`asked`, the whole
    sentence, which says that it is), calls it mistaken (`undone`, after it), and tells not to say what it quotes
    (`said` before it, `told` after it)."""

    no: re.Pattern[str]
    asked: re.Pattern[str]
    undone: re.Pattern[str]
    said: re.Pattern[str]
    told: re.Pattern[str]

    def holds(self, sentence: str, start: int, end: int, denied: Denied) -> bool:
        """Whether the words around a finding, from `start` to before `end`, take it back."""
        if denied is Denied.NEVER:
            return False
        before, after = sentence[:start], sentence[end:]
        if QUOTED.search(PAIR.sub("", before)) and (self.said.search(before) or self.told.search(after)):
            return True
        if denied is Denied.SAID or self.asked.search(sentence):
            return False
        return bool(self.no.search(before) or self.undone.search(after))


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
        lang: Denial(
            no=_compiled(denied[f"not_{lang}"], words),
            asked=_compiled(denied[f"asked_{lang}"], words),
            undone=_compiled(denied[f"undone_{lang}"], words),
            said=_compiled(denied[f"said_{lang}"], words),
            told=_compiled(denied[f"told_{lang}"], words),
        )
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
        cased, kind = given.get("cased") == "yes", given.get("kind")
        yield Pattern(
            find=_filled(WHOLE[lang].format(given["find"]), words),
            near=_filled(WHOLE[lang].format(near), words) if near else None,
            unless=_filled(WHOLE[lang].format(unless), words) if unless else None,
            probe=_filled(near if cased and near else given["find"], words),
            level=Level(given.get("level", level)),
            cased=cased,
            kind=KINDS[kind] if kind else None,
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
