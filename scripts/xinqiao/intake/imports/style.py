"""How one system writes its exports; each system has a module with one of these."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from xinqiao.intake.imports.words import same


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One chosen answer of a cell, and what the person wrote beside it."""

    text: str
    beside: str = ""


def no_stems(_: str) -> tuple[str, ...]:
    """Of systems that write a question's header as it is."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One system's habits. Headers and texts compare by `same`.

    marks: of each group one header must be there for a file to be of this system. about, begins, ends: headers, and
    how headers begin or end, of what the system tells of the person, the device and the moment; dropped at the door.
    day, number: headers of when a row was given and of what the system calls it; `everywhere`: no other row of that
    system, in any form, is called so. finished: a column that is empty, or says No, where somebody has not sent the
    form. separators: between the answers of one cell. empty: texts that are no answer; `empty_codes` where answers are
    written as numbers. stems: further ways to write a header. pieces: how a cell with several answers, or with words
    beside one, comes apart, where it is not by the separators.
    """

    name: str
    marks: tuple[tuple[str, ...], ...] = ()
    about: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    day: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    everywhere: bool = False
    finished: tuple[str, ...] = ()
    separators: tuple[str, ...] = (";",)
    empty: tuple[str, ...] = ()
    empty_codes: tuple[str, ...] = ()
    stems: Callable[[str], tuple[str, ...]] = no_stems
    pieces: Callable[[str], tuple[Part, ...]] | None = None

    def fits(self, headers: Collection[str]) -> bool:
        """Whether a file with these headers, as they compare, is of this system."""
        return bool(self.marks) and all(any(same(one) in headers for one in group) for group in self.marks)

    def is_about(self, header: str) -> bool:
        """Whether a header is not a question's."""
        told = same(header)
        known = {same(one) for one in (*self.about, *self.day, *self.number, *self.finished)}
        begun = any(told.startswith(same(start)) for start in self.begins)
        return told in known or begun or any(told.endswith(same(end)) for end in self.ends)


def cut(cell: str, separators: Collection[str], known: Collection[str]) -> Iterator[str]:
    """The answers of a cell; one that is known may hold a separator, and the longest known one comes first."""
    ends = "|".join(map(re.escape, separators))
    between, rest = re.compile(f"(?:{ends})\\s*"), cell.strip()
    while rest:
        stops = [*between.finditer(rest)]
        fitting = [stop for stop in stops if same(rest[: stop.start()]) in known]
        if same(rest) in known or not stops:
            yield rest
            return
        stop = fitting[-1] if fitting else stops[0]
        if rest[: stop.start()].strip():
            yield rest[: stop.start()].strip()
        rest = rest[stop.end() :].strip()
