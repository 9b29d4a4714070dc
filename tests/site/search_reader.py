"""Looks things up in an index as the browser does, written apart from it: the files' format is what both agree on."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from xinqiao.site.search_terms import HALF, RANKS, RUN, SIGNS, WORD, folded, shard_of


@dataclass(frozen=True)
class Reader:
    """An index by its files."""

    files: Mapping[str, str]

    def data(self, name: str) -> object:
        found = re.fullmatch(r'xinqiaoSearch\("(\w{10})","(\w+)",(.*)\)\n', self.files[f"{name}.js"], re.DOTALL)
        assert found is not None
        assert found[2] == name
        return json.loads(found[3])

    @property
    def start(self) -> dict[str, object]:
        found = self.data("start")
        assert isinstance(found, dict)
        return found

    def pages(self, word: str) -> set[str]:
        """The pages on which a Chinese word, or words that begin with an English one, are said to stand."""
        word = folded(word)
        if RUN.fullmatch(word):
            terms = [a + b for a, b in itertools.pairwise(word)] or [word]
            parts = set.intersection(*(self._parts(term, beginning=False) for term in terms))
        else:
            assert WORD.fullmatch(word)
            parts = self._parts(word, beginning=len(word) >= 3)
        return {str(self.part(number)["page"]) for number in parts}

    def part(self, number: int) -> dict[str, object]:
        found = self.data(f"t{number}")
        assert isinstance(found, dict)
        return found

    def _parts(self, term: str, *, beginning: bool) -> set[int]:
        shards = self.start["shards"]
        assert isinstance(shards, int)
        shelf = str(self.data(f"s{shard_of(term, shards)}"))
        entries = (entry.split(" ") for entry in shelf.split(";") if entry)
        return {
            part
            for known, signs in entries
            if known == term or (beginning and known.startswith(term))
            for part in unpacked(signs)
        }


def unpacked(signs: str) -> list[int]:
    """The places that a term's signs tell of."""
    found, number, unit, place = list[int](), 0, 1, 0
    for sign in signs:
        digit = SIGNS.index(sign)
        number += digit % HALF * unit
        unit *= HALF
        if digit < HALF:
            place += number // RANKS
            found.append(place)
            place, number, unit = place + 1, 0, 1
    return found
