"""How long a text takes to read and how hard it is to read: shown to who writes it, never enforced.

Sources. Time: 238 words of English a minute (Brysbaert 2019, doi:10.1016/j.jml.2019.104047); 500 characters of Chinese
a minute, which the curriculum standard for Chinese asks of grades 7 to 9. English: grade level of Flesch and Kincaid
(Kincaid et al. 1975). Chinese: characters a sentence, and the share of characters that are not among the 3,755 common
ones of the first level of GB/T 2312-1980. No formula for Chinese is as settled as that for English, so none is claimed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang
from xinqiao.site.article import Standing, read_standing, review_old
from xinqiao.site.newsroom import FOLDER, head_end, unready
from xinqiao.site.source import FRONT_MATTER, Notes, front_matter, shown
from xinqiao.site.wording.plain import prose

A_MINUTE = {Lang.ZH: 500, Lang.EN: 238}
HAN = re.compile("[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
# The end of a sentence: its stop, an empty line, a point of a list, a cell of a table.
END = {
    Lang.ZH: re.compile(r"[。！？!?；…]+[”’）)]*|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\|"),
    Lang.EN: re.compile(r"[.!?]+[\"”’)]*(?=\s|$)|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\|"),
}
VOWELS = re.compile(r"[aeiouy]+")
# First bytes of the first level of GB/T 2312: rows 16 to 55.
COMMON = range(0xB0, 0xD8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One text: `units` are characters of Chinese or words of English, `sentence` how many of them a sentence has.

    hard: of Chinese the share of uncommon characters (0 to 1), of English the grade level; standing: None for what is
    no article.
    """

    file: str
    lang: Lang
    units: int
    sentence: float
    hard: float
    standing: Standing | None

    @property
    def minutes(self) -> int:
        """How long it takes, in whole minutes, one at least."""
        return max(1, math.ceil(self.units / A_MINUTE[self.lang]))

    def as_json(self) -> dict[str, object]:
        """What `--json` says of it."""
        own: dict[str, object] = (
            {
                "characters": self.units,
                "characters_a_sentence": round(self.sentence, 1),
                "uncommon": round(self.hard, 4),
            }
            if self.lang is Lang.ZH
            else {"words": self.units, "words_a_sentence": round(self.sentence, 1), "grade": round(self.hard, 1)}
        )
        stands: dict[str, object] = {}
        if self.standing:
            reviewed = self.standing.reviewed_on
            stands = {
                "written_on": self.standing.written_on.isoformat(),
                "reviewed_on": reviewed.isoformat() if reviewed else None,
                "reviewed_by": self.standing.reviewed_by or None,
                "review_by": self.standing.review_by.isoformat(),
            }
        return {"file": self.file, "lang": self.lang.value, "minutes": self.minutes, **own, **stands}


def readings(project: Path, today: date) -> tuple[tuple[Reading, ...], tuple[Problem, ...]]:
    """Every published page and article of a project, longest first, and a note for each not reviewed for a year."""
    found: list[Reading] = []
    problems: list[Problem] = []
    for path, lang in _files(project):
        source = path.read_text(encoding="utf-8-sig", errors="replace")
        if unready(source):
            continue
        standing = _standing(source, shown(path, project), today)
        problems += review_old(standing, today) if standing else ()
        found.append(measure(source[head_end(source) :], lang, shown(path, project), standing))
    return tuple(sorted(found, key=lambda one: (-one.minutes, -one.units, one.file))), tuple(problems)


def measure(body: str, lang: Lang, file: str = "", standing: Standing | None = None) -> Reading:
    """The measures of a text in Markdown without its front matter."""
    words = re.sub(r"^[ \t]*\|?[ :|-]+\|?[ \t]*$|[*_`#>]", " ", prose(body), flags=re.MULTILINE)
    pieces = [piece for piece in END[lang].split(words) if (HAN if lang is Lang.ZH else WORD).search(piece)]
    sentences = max(1, len(pieces))
    if lang is Lang.ZH:
        signs = HAN.findall(words)
        uncommon = sum(not _common(sign) for sign in signs)
        return Reading(
            file=file,
            lang=lang,
            units=len(signs),
            sentence=len(signs) / sentences,
            hard=uncommon / max(1, len(signs)),
            standing=standing,
        )
    said = WORD.findall(words)
    syllables = sum(_syllables(word) for word in said)
    count = max(1, len(said))
    grade = 0.39 * count / sentences + 11.8 * syllables / count - 15.59
    return Reading(file=file, lang=lang, units=len(said), sentence=len(said) / sentences, hard=grade, standing=standing)


def _files(project: Path) -> Iterator[tuple[Path, Lang]]:
    for lang in Lang:
        yield from ((path, lang) for path in sorted((project / "docs" / lang.value).rglob("*.md")))
        yield from ((path, lang) for path in sorted((project / FOLDER).rglob(f"*.{lang.value}.md")))


def _standing(source: str, file: str, today: date) -> Standing | None:
    if not FRONT_MATTER.match(source):
        return None
    entry = front_matter(source, Notes(file))
    if entry is None or "written_on" not in entry.keys:
        return None
    # What is wrong with it is told by the check.
    return read_standing(entry, today)


def _common(sign: str) -> bool:
    try:
        return sign.encode("gb2312")[0] in COMMON
    except UnicodeEncodeError:
        return False


def _syllables(word: str) -> int:
    """About how many syllables a word has: groups of vowels, less a silent e at its end."""
    plain = word.lower().replace("’", "'")
    groups = len(VOWELS.findall(plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and groups > 1
    return max(1, groups - silent)
