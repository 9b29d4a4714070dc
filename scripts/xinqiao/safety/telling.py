"""What an attacker learned, in terms of the tables: never how many people there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xinqiao.core.problem import Place, Problem
from xinqiao.core.question import NO_ANSWER
from xinqiao.core.summary import TOTAL
from xinqiao.safety.audit import About
from xinqiao.safety.structure import ALL, Plan, Structure
from xinqiao.safety.variable import QUARANTINE, Variable


class Who(StrEnum):
    """How the people found stand to the category that a table names."""

    IN = "in"
    OUTSIDE = "outside"
    ANSWERED_OTHERWISE = "answered-otherwise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A small group that can be worked out from packages: where it stands, and what is learned.

    levels: dimension and level, totals left out; beside: the dimension of which all other levels are meant.
    after: the packages since which its people came, or (left) since which a correction left them out; shared: all
    who answered, but for fewer than k, are known to have given the category.
    """

    packages: tuple[str, ...]
    table: str
    levels: tuple[tuple[str, str], ...]
    measure: str
    category: str
    who: Who
    beside: str = ""
    after: tuple[str, ...] = ()
    shared: bool = False
    left: bool = False
    k: int

    @property
    def place(self) -> tuple[object, ...]:
        """What is found, whatever it was worked out from."""
        return self.table, self.levels, self.measure, self.category, self.who, self.beside, self.shared, self.left

    @property
    def group(self) -> str:
        """The group in signs that read alike in every language, such as `role=lab · distribution(q)≠2`."""
        parts = [f"{name}{'≠' if name == self.beside else '='}{level}" for name, level in self.levels]
        if self.who is Who.ANSWERED_OTHERWISE:
            parts.append(f"{self.measure}≠{self.category}, {NO_ANSWER}")
        else:
            sign = "≠" if self.who is Who.OUTSIDE else "="
            parts.append(f"{self.measure}{sign}{self.category or '*'}")
        return " · ".join(parts)

    def as_json(self) -> dict[str, object]:
        """The finding for `--json`."""
        return {
            "packages": list(self.packages),
            "table": self.table,
            "levels": dict(self.levels),
            "measure": self.measure,
            "category": self.category,
            "who": self.who.value,
            "beside": self.beside,
            "after": list(self.after),
            "shared": self.shared,
            **({"left": True} if self.left else {}),
            "k": self.k,
        }

    def problem(self) -> Problem:
        """The finding in words, for the person who runs the audit."""
        place = Place(file=" + ".join(self.packages))
        params: dict[str, str | int] = {"table": self.table, "group": self.group, "k": self.k}
        if self.shared:
            return Problem(code="group-found-shared", place=place, params=params)
        if self.after:
            params["after"] = " + ".join(self.after)
            return Problem(code="group-found-left" if self.left else "group-found-new", place=place, params=params)
        return Problem(code="group-found", place=place, params=params)


def finding(structure: Structure, about: About, packages: tuple[str, ...], after: tuple[str, ...]) -> Finding:
    """What the attacker found, as a place in the first table that speaks of it."""
    names = [known.name for known in structure.dimensions]
    levels = tuple((name, level) for name, level in zip(names, about.group, strict=True) if level != TOTAL)
    table, measure, category, who = next(_places(structure, about, {name for name, _ in levels}), ("", "", "", Who.IN))
    return Finding(
        packages=packages,
        table=table,
        levels=levels,
        measure=measure,
        category=category,
        who=who,
        beside=names[about.beside] if about.beside >= 0 else "",
        after=after,
        shared=about.shared,
        left=about.left >= 0,
        k=about.k,
    )


def _places(structure: Structure, about: About, used: set[str]) -> Iterator[tuple[str, str, str, Who]]:
    for plan in structure.known_plans:
        if not used <= structure.complete(plan.by):
            continue
        if about.absent:
            yield from ((plan.name, f.measure, "", Who.OUTSIDE) for f in plan.figures if f.rate)
            continue
        if about.variable == ALL:
            yield plan.name, "n", "", Who.IN
            continue
        variable = structure.variables[about.variable]
        for (measure, category), leaves in _sets(plan, variable).items():
            if (who := _relation(variable, leaves, about)) is not None:
                yield plan.name, measure, category, who


def _sets(plan: Plan, variable: Variable) -> Mapping[tuple[str, str], frozenset[str]]:
    """The categories of a variable that a table names, by measure and category; then the ends of its scores."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for figure in plan.figures:
        if figure.variable == variable.name and not figure.mean and not figure.beyond:
            found[figure.measure, figure.category] = figure.leaves
    for figure in plan.figures:
        if figure.variable == variable.name and figure.mean:
            found |= {(figure.measure, leaf): frozenset({leaf}) for leaf in variable.scores}
    for figure in plan.figures:
        if figure.variable == variable.name and figure.sd:
            for score in variable.scores.values():
                upto = frozenset(leaf for leaf, other in variable.scores.items() if other <= score)
                found[figure.measure, f"<={score}"] = upto
                found[figure.measure, f">{score}"] = frozenset(variable.scores) - upto
            found |= {(figure.measure, leaf): frozenset({leaf}) for leaf in variable.scores}
    if found and variable.name != QUARANTINE:
        found.setdefault((f"n({variable.of})", ""), variable.answered)
    return found


def _relation(variable: Variable, leaves: frozenset[str], about: About) -> Who | None:
    whole = frozenset(variable.leaf_names)
    if about.shared:
        return Who.IN if variable.answered - leaves == about.leaves else None
    if leaves == about.leaves:
        return Who.IN
    if variable.answered - leaves == about.leaves:
        return Who.ANSWERED_OTHERWISE
    return Who.OUTSIDE if whole - leaves == about.leaves else None
