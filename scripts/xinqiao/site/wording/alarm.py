"""Reads a text by the rules of wording: what is found, where, and under which rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from xinqiao.core.identifiers import Found, identifiers
from xinqiao.core.problem import Level
from xinqiao.core.text import Lang
from xinqiao.site.wording.plain import HALF, Sentence, prose, sentences
from xinqiao.site.wording.rule import IDENTIFIER, Pattern, Rule, rules

# Kinds that point to one person wherever they stand; a room does so where somebody lives in it.
PERSONAL = frozenset({"id-number", "mobile", "student-number", "account", "room"})
HOME = ("宿舍", "寝室", "公寓", "舍", "住", "dorm", "hall of residence", "lives", "living")
# A room where people meet, told by what follows its number.
VENUE = ("报告厅", "会议室", "活动室", "教室", "咨询室", "办公室", "接待室", "阶梯", "多功能")
# What a sentence has to hold where a language's words are looked for in it.
LETTERS = {Lang.ZH: re.compile("[\u3400-\u9fff]"), Lang.EN: re.compile("[a-z]{2}")}
# Ends a sentence in both languages.
BETWEEN = "\n。.\n"
ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One finding: its rule, and where it begins and ends in the source (characters, from 0).

    `words` are those found, empty where they point to a person; `found` is then what kind of thing they are.
    """

    rule: Rule
    level: Level
    start: int
    end: int
    words: str = ""
    found: Found | None = None


def alarms(source: str, every: Sequence[Sentence] | None = None) -> tuple[Alarm, ...]:
    """Every finding of a Markdown or YAML source in both languages, by place; one for each rule and place.

    `every` are the source's sentences, where they are at hand.
    """
    every = tuple(sentences(source)) if every is None else every
    read = {lang: tuple(one for one in every if LETTERS[lang].search(one.text)) for lang in Lang}
    whole = {lang: BETWEEN.join(one.text for one in read[lang]) for lang in Lang}
    found = list(_identifiers(source))
    for rule, lang, pattern in _patterns():
        # Most patterns stand nowhere in a source; those that do are looked for again, sentence by sentence.
        if pattern.may_stand(whole[lang]):
            found += [one for sentence in read[lang] for one in _of_sentence(sentence, source, rule, lang, pattern)]
    found.sort(key=lambda one: (one.start, ORDER.index(one.level), -one.end))
    kept: list[Alarm] = []
    for one in found:
        if not any(one.rule is other.rule and one.start < other.end for other in kept):
            kept.append(one)
    return tuple(kept)


def _patterns() -> Iterator[tuple[Rule, Lang, Pattern]]:
    for rule in rules().by_name.values():
        for lang, patterns in rule.patterns.items():
            for pattern in patterns:
                yield rule, lang, pattern


def _of_sentence(sentence: Sentence, source: str, rule: Rule, lang: Lang, pattern: Pattern) -> Iterator[Alarm]:
    written = "".join(source[place] for place in sentence.at) if pattern.cased else ""
    for match in pattern.places(sentence.text, written):
        if rules().denials[lang].holds(sentence.text, match.start(), match.end(), rule.denied):
            continue
        start, end = sentence.at[match.start()], sentence.at[match.end() - 1] + 1
        if pattern.kind:
            found = Found(identifier=pattern.kind, start=start, end=end)
            yield Alarm(rule=rule, level=pattern.level, start=start, end=end, found=found)
        else:
            words = " ".join(source[start:end].split())
            yield Alarm(rule=rule, level=pattern.level, start=start, end=end, words=words)


def _identifiers(source: str) -> Iterator[Alarm]:
    rule = rules().by_name[IDENTIFIER]
    words = prose(source).translate(HALF)
    for found in identifiers(words):
        line = words[words.rfind("\n", 0, found.start) + 1 :].partition("\n")[0].lower()
        if found.identifier.name not in PERSONAL or _is_day(words[found.start : found.end]):
            continue
        venue = words.startswith(VENUE, found.end)
        if found.identifier.name == "room" and (venue or not any(home in line for home in HOME)):
            continue
        yield Alarm(rule=rule, level=rule.level, start=found.start, end=found.end, found=found)


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day, such as those of a file name."""
    try:
        return bool(date.fromisoformat(digits)) and len(digits) == 8
    except ValueError:
        return False
