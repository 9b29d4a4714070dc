"""Texts of foreign forms in the portal's languages: what lacks is copied and counted, others are told by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from xinqiao.core.text import Lang
from xinqiao.forms.yaml_lines import Plain

NAMES = {
    Lang.ZH: {
        "zh",
        "zho",
        "chi",
        "cmn",
        "chinese",
        "mandarin",
        "simplified chinese",
        "中文",
        "汉语",
        "简体中文",
        "普通话",
    },
    Lang.EN: {"en", "eng", "english", "英语", "英文"},
}
CODE = re.compile(r"\(([A-Za-z]{2,3}(?:[-_][A-Za-z0-9_-]+)?)\)\s*$")
HAN = re.compile(r"[\u3400-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")


def lang_of(tag: str) -> Lang | None:
    """The language of the portal that a tag or name means (`zh-CN`, `English (en)`, `中文`); None for others."""
    code = CODE.search(tag)
    word = (code[1] if code else tag).strip().lower()
    primary = re.split("[-_]", word)[0]
    return next((lang for lang, names in NAMES.items() if {word, primary} & names), None)


def guessed(words: str) -> Lang:
    """The language of words that nobody has named: Chinese where there are Chinese characters, else English."""
    return Lang.ZH if HAN.search(words) and not KANA.search(words) else Lang.EN


@dataclass(slots=True, kw_only=True)
class Texts:
    """The texts of one foreign form. `main`: the tag of those without one, where the form names it.

    `lacking` counts the texts that a language lacks; `others` are the languages left out.
    """

    main: str = ""
    lacking: Counter[Lang] = field(default_factory=Counter)
    others: set[str] = field(default_factory=set)

    def text(self, said: Mapping[str, str]) -> dict[str, Plain] | None:
        """The words of one text by tag ("" for none) in every language; None where nothing is said."""
        found: dict[Lang, str] = {}
        foreign: dict[str, str] = {}
        for tag, raw in said.items():
            words = clean(raw)
            named = tag or self.main
            lang = lang_of(named) if named else guessed(words)
            if words.strip() and lang:
                found.setdefault(lang, words)
            elif words.strip():
                foreign[named] = words
        self.others |= foreign.keys()
        if not found and not foreign:
            return None
        source = next(iter(found.values()), foreign.get(self.main) or next(iter(foreign.values()), ""))
        # A number or a sign says the same in every language.
        if any(char.isalpha() for char in source):
            self.lacking.update(lang for lang in Lang if lang not in found)
        return {lang.value: found.get(lang, source) for lang in Lang}

    @property
    def untranslated(self) -> list[Plain]:
        """The languages that lack a text."""
        return [lang.value for lang in Lang if self.lacking[lang]]


def clean(words: str) -> str:
    """Words without what no file of text can hold: halves of characters, zero bytes, other breaks of line."""
    whole = words.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
