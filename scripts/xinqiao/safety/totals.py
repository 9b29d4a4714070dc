"""What a release was made of, as counts alone: enough to gate every later one when the answers are gone.

For each question or scale of the tables: how many gave which answer in which group, up to the release;
nothing of who gave two answers together. Levels are the texts as typed: which small ones were merged must
be known for ever. Written as JSON, to be sealed; never in a repr.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from xinqiao.core.expression import Value
from xinqiao.core.form import Form
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import NO_ANSWER, Kind
from xinqiao.core.record import Row, ScoredRow
from xinqiao.core.summary import CHANGE, FOUR_WEEKS, TOTAL, WEEK
from xinqiao.safety.count import Span
from xinqiao.safety.levels import level_of
from xinqiao.safety.structure import ALL, Group, Structure
from xinqiao.safety.variable import BELOW, QUARANTINE, YES

VERSION = 1
Atom = tuple[str, Group, str]  # variable, group by the variable's dimensions (others `*`), leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The counts of everybody up to a release.

    by: the dimensions by which each variable was counted (ALL: the respondents). known: the questions and
    scales that the form had then: of others nobody had answered. quarantined: rows set aside by reason.
    secret: what rounded tables draw by, in every release of the form; empty where there were none. left: whom
    corrections left out by then, by the releases (from 0) that counted them first and no more.
    """

    dimensions: tuple[str, ...]
    by: Mapping[str, frozenset[str]]
    known: frozenset[str]
    atoms: Mapping[Atom, int] = field(repr=False)
    quarantined: Mapping[str, int] = field(repr=False)
    secret: str = field(default="", repr=False)
    left: Mapping[Span, Totals] = field(default_factory=dict, repr=False)

    def written(self) -> bytes:
        """As JSON, the same for the same counts."""
        return json.dumps(self._content(), ensure_ascii=False, separators=(",", ":")).encode()

    def _content(self) -> dict[str, object]:
        atoms = sorted([name, list(group), leaf, number] for (name, group, leaf), number in self.atoms.items())
        left = [[*span, counts._content()] for span, counts in sorted(self.left.items())]
        return {
            "v": VERSION,
            "dimensions": list(self.dimensions),
            "by": {name: sorted(by) for name, by in sorted(self.by.items())},
            "known": sorted(self.known),
            "atoms": atoms,
            "quarantined": dict(sorted(self.quarantined.items())),
            **({"secret": self.secret} if self.secret else {}),
            **({"left": left} if left else {}),
        }

    @classmethod
    def read(cls, written: bytes) -> Totals:
        """What `written` gave. Raises ValueError where it is something else."""
        try:
            return cls._of(json.loads(written))
        except (ValueError, KeyError, TypeError, AttributeError):
            # What is wrong may be a count; it is not repeated.
            raise ValueError("not the counts of a release") from None

    @classmethod
    def _of(cls, content: Mapping[str, Any]) -> Totals:
        if content["v"] != VERSION:
            raise ValueError("counts of another version")
        return cls(
            dimensions=tuple(content["dimensions"]),
            by={name: frozenset(by) for name, by in content["by"].items()},
            known=frozenset(content["known"]),
            atoms={(name, tuple(group), leaf): int(number) for name, group, leaf, number in content["atoms"]},
            quarantined={str(reason): int(number) for reason, number in content["quarantined"].items()},
            secret=str(content.get("secret", "")),
            left={(int(came), int(until)): cls._of(counts) for came, until, counts in content.get("left", ())},
        )

    def less(self, others: Iterable[Totals]) -> Totals:
        """These counts without some who are in them. Raises ValueError where these were counted otherwise, or never."""
        atoms, aside = Counter(self.atoms), Counter(self.quarantined)
        for known in others:
            if (known.dimensions, known.by) != (self.dimensions, self.by):
                raise ValueError("counted by other dimensions")
            atoms.subtract(known.atoms)
            aside.subtract(known.quarantined)
        if any(number < 0 for number in (*atoms.values(), *aside.values())):
            raise ValueError("they were never counted")
        return replace(self, atoms=+atoms, quarantined=+aside)

    def check(self, structure: Structure) -> None:
        """Raises XinqiaoError (counts-lacking) where today's tables need what was not counted then."""
        asked = {*self.known, FOUR_WEEKS}
        for known in structure.dimensions:
            if known.name not in _made_of(self.dimensions) and known.name in asked:
                raise refuse("counts-lacking", Place(question=known.name), name=known.name)
        for name, variable in structure.variables.items():
            parts = [score.of for score in variable.pair] or [variable.of]
            if name == QUARANTINE or not {*parts} <= self.known:
                continue
            needed = frozenset(by for by in variable.by if by in asked)
            if name not in self.by or not needed <= _made_of(self.by[name]):
                raise refuse("counts-lacking", Place(question=variable.of), name=variable.of)
            if not {leaf for of, _, leaf in self.atoms if of == name} <= set(variable.leaf_names):
                raise refuse("counts-lacking", Place(question=variable.of), name=variable.of)


def totals_of(
    structure: Structure, form: Form, rows: Sequence[ScoredRow], quarantined: Mapping[str, int], secret: str = ""
) -> Totals:
    """The counts of these rows by everything that the tables of the structure speak of."""
    names = tuple(known.name for known in structure.dimensions)
    variables = [variable for variable in structure.variables.values() if variable.name != QUARANTINE]
    atoms: Counter[Atom] = Counter()
    parts: dict[Group, list[Group]] = {}
    for row in rows:
        group = tuple(level_of(row, name) for name in names)
        if group not in parts:
            parts[group] = [_part(names, group, variable.by) for variable in variables]
        atoms[ALL, group, ""] += 1
        for variable, part in zip(variables, parts[group], strict=True):
            atoms[variable.name, part, variable.leaf(row)] += 1
    known = {question.name for question in form.questions} | {scale.name for scale in form.scales}
    return Totals(
        dimensions=names,
        by={ALL: frozenset(names)} | {variable.name: variable.by for variable in variables},
        # A week can be asked of every form, so it was known too, if only by not being counted.
        known=frozenset(known | {made.name for made in form.derived} | {WEEK}),
        atoms=atoms,
        quarantined={reason: number for reason, number in quarantined.items() if number},
        secret=secret,
    )


def _made_of(by: Collection[str]) -> frozenset[str]:
    """These dimensions, and four weeks where there are weeks to make them of."""
    return frozenset({*by, *((FOUR_WEEKS,) if WEEK in by else ())})


def _part(names: Sequence[str], group: Group, by: frozenset[str]) -> Group:
    return tuple(level if name in by else TOTAL for name, level in zip(names, group, strict=True))


def stand_ins(form: Form, totals: Totals) -> list[ScoredRow]:
    """Rows that no person gave, with just these counts: for each question alone, in each group.

    Which answers meet in one of these rows means nothing. What reads them asks for no more than
    `Totals.check` has let pass.
    """
    groups = [group for (name, group, _), number in sorted(totals.atoms.items()) for _ in range(number) if name == ALL]
    values: list[dict[str, Value]] = [_levels(totals.dimensions, group) for group in groups]
    scores: list[dict[str, int | Fraction | None]] = [{} for _ in groups]
    for of, family in _families(totals):
        by = totals.by[family[0]]
        members: dict[Group, list[int]] = {}
        for at, group in enumerate(groups):
            members.setdefault(_part(totals.dimensions, group, by), []).append(at)
        found = _by_group(totals, family)
        for part, places in members.items():
            answers = _dealt(found.get(part, {}), family, len(places))
            for at, answer in zip(places, answers, strict=True):
                if CHANGE.fullmatch(of):
                    scores[at][of] = None if not isinstance(answer, str) or answer == NO_ANSWER else Fraction(answer)
                elif form.is_scale(of):
                    scores[at][of] = _score(form, of, answer)
                else:
                    values[at][of] = _value(form, of, answer)
    return [ScoredRow(row=Row(values=given), scores=made) for given, made in zip(values, scores, strict=True)]


def _levels(names: Sequence[str], group: Group) -> dict[str, Value]:
    return {name: None if level == NO_ANSWER else level for name, level in zip(names, group, strict=True)}


def _families(totals: Totals) -> Iterator[tuple[str, list[str]]]:
    """Each question or scale with its variables: one for each option of a select_multiple, else one."""
    names = sorted(name for name in totals.by if name != ALL)
    for of, family in itertools.groupby(names, key=lambda name: name.partition("/")[0]):
        yield of, list(family)


Answer = str | tuple[str, ...]


def _by_group(totals: Totals, family: Sequence[str]) -> dict[Group, dict[tuple[str, str], int]]:
    found: dict[Group, dict[tuple[str, str], int]] = {}
    for (name, group, leaf), number in totals.atoms.items():
        if name in family:
            found.setdefault(group, {})[name, leaf] = number
    return found


def _dealt(found: Mapping[tuple[str, str], int], family: Sequence[str], people: int) -> list[Answer]:
    """An answer for each of the people of a group: the leaf, or the options chosen, `_none` for none."""
    if "/" not in family[0]:
        return [leaf for (_, leaf), number in sorted(found.items()) for _ in range(number)]
    answered = people - found.get((family[0], NO_ANSWER), 0)
    chosen: list[list[str]] = [[] for _ in range(answered)]
    place = 0
    for name in family:
        # One after the other, round and round: so everybody who answered has chosen something.
        for _ in range(found.get((name, YES), 0)):
            chosen[place % answered].append(name.partition("/")[2])
            place += 1
    return [*map(tuple, chosen), *[NO_ANSWER] * (people - answered)]


def _value(form: Form, of: str, answer: Answer) -> Value:
    if answer == NO_ANSWER:
        return None
    if not isinstance(answer, str):
        return answer
    numeric = any(question.name == of and question.kind is Kind.INTEGER for question in form.questions)
    return int(answer) if numeric and answer != YES else answer


def _score(form: Form, of: str, answer: Answer) -> int | Fraction | None:
    """A score within the leaf: the score itself, or the lowest of its band."""
    bands = {band.name: band.low for band in form.scale(of).bands}
    if answer == NO_ANSWER or not isinstance(answer, str):
        return None
    if answer == BELOW:
        return min(bands.values()) - 1
    return bands[answer] if answer in bands else Fraction(answer)
