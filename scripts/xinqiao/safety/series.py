"""Which released packages can be releases of the same people, one after the other.

Cumulative releases only grow; a world in whole numbers that agrees with all of them decides. What is not
settled counts as one series, so that the attack on it fails closed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from xinqiao.core.parsed import Json
from xinqiao.core.policy import FLOOR, Policy, Status
from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.safe import Attended, Corrected, SafeTable
from xinqiao.core.summary import TOTAL
from xinqiao.safety.attack import Unsolved
from xinqiao.safety.audit import agree
from xinqiao.safety.blocks import last_of, lists_within, placed, steps_of
from xinqiao.safety.codebook import form_of
from xinqiao.safety.correction import Correction, Corrections, least_of
from xinqiao.safety.frame import Policies, frame
from xinqiao.safety.structure import Structure
from xinqiao.safety.variable import QUARANTINE

# Packages whose order is not told, of which every order is tried.
MOST_ORDERED = 3
# Whole numbers that count no answers.
NO_COUNTS = ("share(", "response-rate")


@dataclass(frozen=True, kw_only=True, eq=False)
class Released:
    """A package under the name by which its reader knows it; attended: who came, where that is public.

    corrected: which release it is, where some releases up to it were corrections.
    """

    name: str
    tables: tuple[SafeTable, ...]
    codebook: Json
    attended: tuple[Attended, ...] = ()
    corrected: Corrected | None = None

    @property
    def attacked(self) -> Released:
        """The package without its noisy tables: what guards those is their budget, and no attack can judge it."""
        return replace(self, tables=tuple(table for table in self.tables if not table.policy.epsilon))

    @property
    def epsilon(self) -> Fraction:
        """What its noisy tables spend together."""
        return sum((table.policy.epsilon for table in self.tables), Fraction(0))

    @property
    def form(self) -> str:
        """The form whose answers it tells of."""
        return self.tables[0].form

    @property
    def period(self) -> str:
        """The weeks of its answers; empty where they carry no date."""
        return self.tables[0].period

    @cached_property
    def counts(self) -> dict[tuple[str, bool], int]:
        """The largest count shown by measure, of everybody and of any group."""
        found: dict[tuple[str, bool], int] = {}
        for cell in (cell for table in self.tables if table.name != QUARANTINE for cell in table.cells):
            key = (cell.measure, set(cell.levels) <= {TOTAL})
            exact = cell.status is Status.SHOWN and not cell.measure.startswith(NO_COUNTS)
            if exact and isinstance(cell.value, int):
                found[key] = max(found.get(key, 0), cell.value)
        return found

    @property
    def size(self) -> int | None:
        """How many respondents it tells that it has; None where that is hidden."""
        return self.counts.get(("n", True))

    @property
    def least(self) -> int:
        """How many respondents it must have, by any count that it shows."""
        return max(self.counts.values(), default=0)


# Moments one after the other, each with the packages that were made of the same people.
Series = tuple[tuple[Released, ...], ...]


def public_structure(series: Series) -> tuple[Structure, list[list[SafeTable]], tuple[Attended, ...]]:
    """What everybody knows of the tables of a series, the tables of each moment, and public lists of who came.

    Raises XinqiaoError (codebook-unreadable, codebooks-differ, audit-unexplained, release-too-large).
    """
    packages = list(itertools.chain(*series))
    tables = [table for package in packages for table in package.tables]
    form = form_of(packages[0].form, [package.codebook for package in packages])
    set_aside = [table.policy for table in tables if table.name == QUARANTINE]
    strictest = max(set_aside, key=lambda policy: policy.threshold, default=Policy())
    try:
        policies = Policies(usual=strictest, sensitive=strictest)
        structure = frame(form, (), () if set_aside else None, policies, tables)
    except XinqiaoError as error:
        problem = error.problems[0]
        if problem.code == "release-form-changed":
            raise refuse("audit-unexplained", table=problem.params["table"]) from None
        raise
    told = [[table for package in moment for table in package.tables] for moment in series]
    lists = [one for package in packages for one in package.attended]
    if not lists:
        return structure, told, ()
    steps = steps_of(lists)
    try:
        known = lists_within(structure, lists, steps)
        return structure, [placed(tables, steps) for tables in told], known
    except KeyError:
        raise refuse("audit-contradiction") from None


def corrections(series: Series) -> Corrections:
    """The moments of a series that leave out some whom earlier ones counted, and what is known of each.

    Packages that say nothing of corrections were released before the first one.
    """
    said = [[known for package in moment if (known := package.corrected)] for moment in series]
    made = {number for moment in said for known in moment for number in known.corrections}
    alone = {number for moment in said for known in moment for number in known.alone}
    at = [max((known.release for known in moment), default=0) for moment in said]
    silent = at.count(0)
    if made and silent == min(made) - 1:
        # All releases before the first correction are there.
        at[:silent] = range(1, silent + 1)
    found: dict[int, Correction] = {}
    for moment, (first, last) in enumerate(itertools.pairwise(at), start=1):
        if between := [number for number in made if first < number <= last]:
            exactly = between == [last] == [first + 1]
            least = least_of([table for package in series[moment] for table in package.tables]) if exactly else FLOOR
            # Who came and left between two of the releases that are at hand is in neither.
            enough = first > 0 and first + 1 in between
            found[moment] = Correction(least=least if enough else 0, came=last not in alone if exactly else None)
    return found


def alone(packages: Sequence[Released]) -> Iterator[Series]:
    """Each package for itself."""
    yield from (_numbered((package,)) if package.attended else ((package,),) for package in packages)


def _numbered(packages: Sequence[Released]) -> Series:
    """Packages that say which releases they are: the moments of all releases that they speak of."""
    steps = steps_of([one for package in packages for one in package.attended])
    moments: list[list[Released]] = [[] for _ in steps]
    for package in packages:
        moments[steps[last_of(package.attended)]].append(package)
    return tuple(tuple(moment) for moment in moments[1:])


def together(packages: Sequence[Released]) -> Iterator[Series]:
    """Every series of two or more that packages of one form can be, a part of another one left out.

    Where three and more fit in pairs only, the pairs are given; where the number of respondents is
    hidden, every order of a pair. Rows set aside can become fewer from one release to the next, when a
    reader of files is mended: packages that contradict each other in those alone are given without them.
    Packages with public attendance say themselves how they follow each other, and so do those that correct or follow
    a correction; all others of their form were released before these.
    Raises XinqiaoError (audit-attendance-mixed, audit-contradiction, audit-unsolved), and as `public_structure` does.
    """
    if any(package.attended for package in packages):
        if not all(package.attended for package in packages):
            raise refuse("audit-attendance-mixed")
        if any(package.corrected for package in packages):
            raise refuse("audit-contradiction")
        if len(packages) > 1:
            yield _numbered(packages)
        return
    if any(package.corrected for package in packages):
        if len(packages) > 1:
            yield from _corrected(packages)
        return
    given: set[frozenset[str]] = set()
    for series in _fitting(packages):
        given.add(_names(series))
        yield series
    if frozenset(package.name for package in packages) in given:
        return
    answers = [(package, tuple(t for t in package.tables if t.name != QUARANTINE)) for package in packages]
    for series in _fitting([replace(package, tables=tables) for package, tables in answers if tables]):
        if _names(series) not in given:
            yield series


def _names(series: Series) -> frozenset[str]:
    return frozenset(package.name for package in itertools.chain(*series))


def _fitting(packages: Sequence[Released]) -> Iterator[Series]:
    ordered = sorted(packages, key=lambda package: (package.size or package.least, package.least))
    sure = all(package.size is not None for package in ordered)
    if len(ordered) < 2:
        return
    if sure and fits(whole := _moments(ordered)):
        yield whole
        return
    chains: list[list[Released]] = []
    for at, last in enumerate(ordered):
        pairs = [(first, series) for first in ordered[:at] for series in _orders(first, last) if fits(series)]
        friends = list(dict.fromkeys(first for first, _ in pairs))
        if len(friends) > 1 and fits(_moments([*friends, last])):
            chains.append([*friends, last])
            pairs = [] if sure else pairs
        yield from (series for _, series in pairs)
    for chain in chains:
        if not any(set(chain) < set(other) for other in chains):
            yield _moments(chain)


def _corrected(packages: Sequence[Released]) -> Iterator[Series]:
    """The series of packages that correct or follow a correction, after all others in every order that they can have.

    Raises XinqiaoError: audit-contradiction where no order fits, for then it is not known what they tell together;
    audit-unsolved where there are too many orders.
    """
    moments: dict[int, tuple[Released, ...]] = {}
    numbered = [(known.release, package) for package in packages if (known := package.corrected)]
    for number, package in sorted(numbered, key=lambda pair: pair[0]):
        moments[number] = (*moments.get(number, ()), package)
    before = sorted((p for p in packages if not p.corrected), key=lambda p: (p.size or p.least, p.least))
    sure = all(package.size is not None for package in before)
    if not sure and len(before) > MOST_ORDERED:
        raise refuse("audit-unsolved")
    orders = [tuple(before)] if sure else itertools.permutations(before)
    found = [series for order in orders if fits(series := (*_moments(order), *moments.values()))]
    if not found:
        raise refuse("audit-contradiction")
    yield from found


def fits(series: Series) -> bool:
    """Whether a series can be releases of the same people; true where that was not settled."""
    left_out = corrections(series)
    pairs = list(itertools.combinations(itertools.chain(*series), 2))
    if not left_out and any(_apart(*pair) or _shrinks(*pair) for pair in pairs):
        return False
    structure, releases, _ = public_structure(series)
    try:
        return agree(structure, releases, corrections=left_out)
    except Unsolved:
        return True


def _apart(first: Released, last: Released) -> bool:
    """Whether all answers of one came in before those of the other: a cumulative release begins where all do."""
    if not first.period or not last.period:
        return False
    weeks, others = first.period.split("/"), last.period.split("/")
    return weeks[-1] < others[0] or others[-1] < weeks[0]


def _shrinks(first: Released, last: Released) -> bool:
    """Whether a count that both show has become less: seen at a glance, where a programme takes long."""
    counts = {(table.name, cell.key): cell.value for table in first.tables for cell in table.cells}
    return any(
        isinstance(cell.value, int)
        and cell.status is Status.SHOWN
        and not cell.measure.startswith(NO_COUNTS)
        and isinstance(before := counts.get((table.name, cell.key)), int)
        and before > cell.value
        for table in last.tables
        for cell in table.cells
    )


def _orders(first: Released, last: Released) -> Iterator[Series]:
    """The ways in which two packages can follow each other, by the number of respondents that they tell."""
    if first.size is not None and last.size is not None:
        yield _moments([first, last])
        return
    yield ((first,), (last,))
    yield ((last,), (first,))
    if first.period == last.period:
        yield ((first, last),)


def _moments(ordered: Sequence[Released]) -> Series:
    """One moment after the other; who has as many respondents as the one before has the same ones."""
    same = itertools.groupby(
        enumerate(ordered), lambda item: item[1].size if item[1].size is not None else -item[0] - 1
    )
    return tuple(tuple(package for _, package in group) for _, group in same)
