"""Languages and texts: a text that lacks a language cannot exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Lang(StrEnum):
    """A language of the portal, in the order in which the portal shows them."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag for the `lang` attribute of a page."""
        return {Lang.ZH: "zh-CN", Lang.EN: "en"}[self]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in every language of the portal.

    Raises ValueError where a language lacks or is blank.
    """

    by_lang: Mapping[Lang, str]

    def __post_init__(self) -> None:
        given = {Lang(lang): words for lang, words in self.by_lang.items()}
        lacking = [lang.value for lang in Lang if not given.get(lang, "").strip()]
        if lacking:
            raise ValueError(f"text lacks {', '.join(lacking)}")
        object.__setattr__(self, "by_lang", MappingProxyType(given))

    @classmethod
    def of(cls, *, zh: str, en: str) -> Text:
        """A text from its Chinese and its English words."""
        return cls({Lang.ZH: zh, Lang.EN: en})

    def __getitem__(self, lang: Lang) -> str:
        return self.by_lang[lang]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_lang.values())

    def __hash__(self) -> int:
        return hash(tuple(self.by_lang[lang] for lang in Lang))
