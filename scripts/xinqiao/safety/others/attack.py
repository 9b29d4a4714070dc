"""The attack on tables of others: small groups, all but a few of a group, and what is hidden to no end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.safety.attack import Impossible, Unsolved
from xinqiao.safety.others.descriptor import Described
from xinqiao.safety.others.figures import read_figures
from xinqiao.safety.others.grid import RELEASE, Grid, grid
from xinqiao.safety.others.why import Proof, Reasons, Steps
from xinqiao.safety.patch import SLACK
from xinqiao.safety.probe import Probe
from xinqiao.safety.sight import Contradiction, Marks, Numbers
from xinqiao.safety.system import Axis

MOST_PROVED = 30  # groups for which the figures that give them away are looked for
MOST_RANGED = 2_000  # hidden figures whose exact value is asked for


class How(StrEnum):
    """How a group is found: it stands there, it follows, it is all others of a group, or all share an answer."""

    OPEN = "open"
    FOLLOWS = "follows"
    REST = "rest"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One shown figure of a proof: how often it is taken, its place among the dimensions, its file and line."""

    times: float
    levels: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A small group that follows from tables of others; never how many people it has.

    levels: dimension and code, totals left out; beside: the dimension of which all other codes are meant;
    since: it is those who came after this release. equal, least, most: see `why.Proof`.
    """

    how: How
    levels: tuple[tuple[str, str], ...]
    beside: str
    release: str
    since: str
    exact: bool
    k: int
    place: Place
    equal: tuple[Step, ...] = ()
    least: tuple[Step, ...] = ()
    most: tuple[Step, ...] = ()

    @property
    def group(self) -> str:
        """The group in signs that read alike in every language, such as `region=A · income≠wages`."""
        moment = () if self.since or not self.release else ((RELEASE, self.release),)
        return in_signs((*self.levels, *moment), self.beside)

    def as_json(self) -> dict[str, object]:
        """The finding for `--json`."""
        proof = {
            name: [{"times": s.times, "levels": dict(s.levels), "at": str(s.place)} for s in steps]
            for name, steps in (("equal", self.equal), ("least", self.least), ("most", self.most))
            if steps
        }
        return {
            "how": self.how.value,
            "levels": dict(self.levels),
            "beside": self.beside,
            "release": self.release,
            "since": self.since,
            "exact": self.exact,
            "k": self.k,
            "at": str(self.place),
            "because": proof,
        }

    def problem(self) -> Problem:
        """The finding in words, for the person who runs the audit."""
        params: dict[str, str | int] = {"group": self.group, "k": self.k}
        if self.since and self.how is not How.SHARED:
            params |= {"since": self.since, "release": self.release}
            return Problem(code="audit-found-new", place=self.place, params=params)
        code = {How.OPEN: "audit-found-open", How.SHARED: "audit-found-shared"}.get(self.how, "audit-found-group")
        return Problem(code=code, place=self.place, params=params)


def in_signs(levels: tuple[tuple[str, str], ...], beside: str = "") -> str:
    """A place among the dimensions in signs; everybody is `*`."""
    return " · ".join(f"{name}{'≠' if name == beside else '='}{code}" for name, code in levels) or "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """What the attack came to. undone: hidden figures that follow exactly though their group is not small."""

    name: str
    figures: int
    hidden: int
    tested: int
    findings: tuple[Found, ...]
    undone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suspect:
    """Cells asked about; with `whole` they are about all of it but the cell."""

    how: How
    cell: int
    whole: int = -1
    axis: int = -1


def attack(described: Described) -> Attacked:
    """Reads and attacks tables of others, all of them together.

    Raises XinqiaoError (exit UNSAFE) where a file cannot be read, figures contradict each other, or the
    attack comes to no end.
    """
    figures = read_figures(described)
    whole = grid(described, figures)
    try:
        probe = Probe(whole.lattice.axes, whole.shown)
        for patch in probe.patches:
            patch.seek(np.zeros(len(patch.atoms)))
        tested, suspects, wide = _asked(whole, probe)
        hidden = _hidden(whole)
        # What can be both empty and k is not exact; of the rest each takes two programmes.
        known = {suspect.cell for suspect in suspects if suspect.whole < 0} | set(np.flatnonzero(wide).tolist())
        undone = probe.exact(np.array(sorted(hidden - known)[:MOST_RANGED], dtype=np.int64))
        found = tuple(_told(whole, probe, suspects))
    except (Contradiction, Impossible):
        raise refuse("audit-contradiction", Place(file=described.name)) from None
    except Unsolved:
        raise refuse("audit-unsolved", Place(file=described.name)) from None
    return Attacked(
        name=described.name,
        figures=len(figures),
        hidden=len(hidden),
        tested=tested,
        findings=found,
        undone=len(undone),
    )


def _hidden(of: Grid) -> set[int]:
    """Cells that a table hides and no table shows."""
    return {number for number, figure in of.figures.items() if figure.value is None and of.shown[number] < 0}


def _asked(of: Grid, probe: Probe) -> tuple[int, list[_Suspect], Marks]:
    """Every cell, then all of each group but one of its parts; last, which cells can be both empty and k."""
    k, every = of.described.k, np.arange(of.lattice.size)
    asked = probe.refuse(every, 0, k, both=False)
    small, wide = every[~asked.fell & ~asked.rose], asked.fell & asked.rose
    found = [_Suspect(how=How.OPEN if of.shown[cell] > 0 else How.FOLLOWS, cell=int(cell)) for cell in small]
    tested = len(every)
    for at, dimension in enumerate(of.dimensions):
        lines = list(_parts(of, at, of.lattice.axes[at]))
        if not lines:
            continue
        cells, wholes = (np.concatenate([line[side] for line in lines]) for side in (0, 1))
        several = np.repeat([line[2] for line in lines], [len(line[0]) for line in lines])
        told = probe.sight.values[wholes] >= k
        cells, wholes, several = cells[told], wholes[told], several[told]
        sums = probe.sight.values[wholes]
        asked = probe.refuse(cells, sums - k, sums, both=dimension.sensitive)
        tested += len(cells)
        for how, marks in (
            (How.REST, ~asked.fell & ~asked.rose & several),
            (How.SHARED, ~asked.fell & asked.rose & dimension.sensitive),
        ):
            pairs = zip(cells[marks], wholes[marks], strict=True)
            found += [_Suspect(how=how, cell=int(cell), whole=int(whole), axis=at) for cell, whole in pairs]
    return tested, found, wide


def _parts(of: Grid, at: int, axis: Axis) -> Iterator[tuple[Numbers, Numbers, bool]]:
    """Cells of a part and of its whole, side by side; whether the whole has more than two parts."""
    numbers = np.moveaxis(np.arange(of.lattice.size).reshape(of.lattice.shape), at, 0)
    for whole, parts in axis.parts.items():
        for part in parts if len(parts) > 1 else ():
            yield numbers[part].ravel(), numbers[whole].ravel(), len(parts) > 2


def _told(of: Grid, probe: Probe, suspects: list[_Suspect]) -> Iterator[Found]:
    reasons: Reasons | None = None
    proved = 0
    for suspect in suspects:
        low, high = probe.range(suspect.cell)
        if suspect.whole >= 0:
            total = int(probe.sight.values[suspect.whole])
            low, high = total - high, total - low
        exact = high - low < SLACK
        proof = Proof()
        if proved < MOST_PROVED and suspect.how is not How.OPEN:
            proved += 1
            reasons = reasons or Reasons(of.lattice.axes, of.shown)
            group = reasons.covers(suspect.cell)
            if suspect.whole >= 0:
                group = np.setdiff1d(reasons.covers(suspect.whole), group)
            proof = reasons.of(suspect.cell, group, low, high)
        yield _finding(of, suspect, exact, proof)


def _finding(of: Grid, suspect: _Suspect, exact: bool, proof: Proof) -> Found:
    levels, release, since = _where(of, suspect.cell)
    beside = of.dimensions[suspect.axis].name if suspect.whole >= 0 else ""
    figure = of.figures.get(suspect.cell) or of.figures.get(suspect.whole)
    return Found(
        how=suspect.how,
        levels=levels,
        beside="" if suspect.how is How.SHARED else beside,
        release=release,
        since=since,
        exact=exact,
        k=of.described.k,
        place=figure.place if figure else Place(file=of.described.name),
        equal=_steps(of, proof.equal),
        least=_steps(of, proof.least),
        most=_steps(of, proof.most),
    )


def _where(of: Grid, cell: int) -> tuple[tuple[tuple[str, str], ...], str, str]:
    """A cell's codes by dimension, totals left out; the release, and the one before where newcomers are meant."""
    codes = [
        axis.codes[int(code)]
        for axis, code in zip(of.lattice.axes, np.unravel_index(cell, of.lattice.shape), strict=True)
    ]
    first, _, last = codes[-1].partition("→") if of.several else ("", "", "")
    levels = tuple(
        (dimension.name, code) for dimension, code in zip(of.dimensions, codes, strict=False) if code != dimension.total
    )
    return levels, last or first, first if last else ""


def _steps(of: Grid, steps: Steps) -> tuple[Step, ...]:
    return tuple(
        Step(times=times, levels=_with_release(of, cell), place=of.figures[cell].place) for times, cell in steps
    )


def _with_release(of: Grid, cell: int) -> tuple[tuple[str, str], ...]:
    levels, release, _ = _where(of, cell)
    return (*levels, (RELEASE, release)) if release else levels
