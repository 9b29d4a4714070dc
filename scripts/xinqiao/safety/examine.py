"""The audit of released packages: nothing at hand but what everybody has, each alone and all together.

Packages of one form are cumulative releases where they can be: then whoever came between two of them must
not be found either. Where no world agrees with that, they are of different people and stand alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.safety.attack import Unsolved
from xinqiao.safety.audit import About, agree, audit
from xinqiao.safety.series import Released, Series, alone, corrections, public_structure, together
from xinqiao.safety.structure import Structure
from xinqiao.safety.telling import Finding, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit without the true counts came to; `problems` are packages that could not be judged."""

    tested: int
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def examine(packages: Sequence[Released]) -> Report:
    """Attacks every package alone, and all packages of one form that can be releases of the same people.

    Noisy tables are left out: see `Released.attacked`.

    Fails closed: a package whose attack came to no end is a problem with exit UNSAFE.
    """
    packages = [sound for package in packages if (sound := package.attacked).tables]
    reports = [_of_form([p for p in packages if p.form == form]) for form in dict.fromkeys(p.form for p in packages)]
    return Report(
        tested=sum(report.tested for report in reports),
        findings=tuple(found for report in reports for found in report.findings),
        problems=tuple(problem for report in reports for problem in report.problems),
    )


def _of_form(packages: Sequence[Released]) -> Report:
    tested = 0
    findings: list[Finding] = []
    problems: list[Problem] = []
    sound: list[Released] = []
    for series in alone(packages):
        try:
            number, found = _attack(series)
        except XinqiaoError as error:
            problems += _at(error.problems, series)
            continue
        sound += itertools.chain(*series)
        tested, findings = tested + number, findings + found
    known = {(found.packages, found.place) for found in findings}
    try:
        for series in together(sound):
            number, found = _attack(series)
            tested += number
            findings += [new for new in found if not _echo(new, known)]
    except XinqiaoError as error:
        problems += _at(error.problems, (tuple(sound),))
    return Report(tested=tested, findings=tuple(dict.fromkeys(findings)), problems=tuple(problems))


def _attack(series: Series) -> tuple[int, list[Finding]]:
    """Groups tested and groups found. Raises XinqiaoError where the attack came to no end."""
    structure, releases, attended = public_structure(series)
    left_out = corrections(series)
    try:
        if (len(releases) == 1 or attended) and not agree(structure, releases, attended, left_out):
            raise refuse("audit-contradiction")
        verdict = audit(structure, releases, attended=attended, corrections=left_out)
    except Unsolved:
        raise refuse("audit-unsolved") from None
    return verdict.tested, list(dict.fromkeys(_finding(structure, about, series) for about in verdict.found))


def _finding(structure: Structure, about: About, series: Series) -> Finding:
    """Newcomers are found by the releases before and after them, those left out by the correction and the release
    before it, others by what all releases tell.
    """
    names = [tuple(package.name for package in moment) for moment in series]
    if about.left >= 0:
        return finding(structure, about, names[about.left], after=names[about.left - 1])
    if about.first and names[about.first - 1] and names[about.last]:
        return finding(structure, about, names[about.last], after=names[about.first - 1])
    return finding(structure, about, tuple(itertools.chain(*names)), after=())


def _echo(new: Finding, known: set[tuple[tuple[str, ...], tuple[object, ...]]]) -> bool:
    """Whether one package of the series was enough to find them."""
    return not new.after and any(((name,), new.place) in known for name in new.packages)


def _at(problems: Iterable[Problem], series: Series) -> Iterator[Problem]:
    names = " + ".join(package.name for package in itertools.chain(*series))
    return (replace(problem, place=Place(file=names)) for problem in problems)
