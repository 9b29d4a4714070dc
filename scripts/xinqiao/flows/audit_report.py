"""What an audit came to, as the report page takes it: plain names and places, no counts of anybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from xinqiao import __version__
from xinqiao.core.policy import as_decimal
from xinqiao.core.problem import Problem
from xinqiao.dashboard.audit_page import AuditReport, GroupFound, Proof, Source
from xinqiao.safety.examine import Report
from xinqiao.safety.others.attack import Attacked, Found, Step, in_signs
from xinqiao.safety.others.descriptor import Described
from xinqiao.safety.series import Released
from xinqiao.safety.telling import Finding


def report_of(
    packages: Sequence[tuple[Path, Released]],
    described: Sequence[Described],
    examined: Report,
    attacked: Sequence[Attacked],
    problems: Sequence[Problem],
) -> AuditReport:
    """The report of one run; packages come with the file that describes them."""
    thresholds = {table.policy.threshold for _, package in packages for table in package.tables}
    epsilon = sum((package.epsilon for _, package in packages), Fraction(0))
    return AuditReport(
        sources=(
            *(Source(name=package.name, files=(_file(path),)) for path, package in packages),
            *(Source(name=tables.name, files=tuple(_files(tables))) for tables in described),
        ),
        tested=examined.tested + sum(tables.tested for tables in attacked),
        thresholds=tuple(sorted(thresholds | {tables.k for tables in described})),
        groups=(
            *(_of_package(found) for found in examined.findings),
            *(_of_others(found) for tables in attacked for found in tables.findings),
        ),
        problems=tuple(problems),
        undone=sum(tables.undone for tables in attacked),
        made=date.today(),
        version=__version__,
        epsilon=as_decimal(epsilon) if epsilon else "",
    )


def _files(tables: Described) -> Iterator[tuple[str, str]]:
    yield _file(Path(tables.name))
    yield from (_file(path) for path in dict.fromkeys(sheet.path for sheet in tables.sheets))


def _file(path: Path) -> tuple[str, str]:
    try:
        return str(path), hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return str(path), ""


def _of_package(found: Finding) -> GroupFound:
    return GroupFound(
        group=found.group,
        how="shared" if found.shared else "left" if found.left else "new" if found.after else "package",
        where=" + ".join(f"{package} · {found.table}" if found.table else package for package in found.packages),
        k=found.k,
        since=" + ".join(found.after),
    )


def _of_others(found: Found) -> GroupFound:
    is_new = found.since and found.how.value != "shared"
    return GroupFound(
        group=found.group,
        how="new" if is_new else found.how.value,
        where=str(found.place),
        k=found.k,
        exact=found.exact,
        since=f"{found.since} → {found.release}" if found.since else "",
        proofs=tuple(_proofs(found)),
    )


def _proofs(found: Found) -> Iterator[Proof]:
    for kind, steps in (("equal", found.equal), ("least", found.least), ("most", found.most)):
        if steps:
            plus = (step for step in steps if step.times > 0)
            minus = (step for step in steps if step.times < 0)
            yield Proof(kind=kind, plus=tuple(_places(plus)), minus=tuple(_places(minus)))


def _places(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        times = abs(step.times)
        often = "" if times == 1 else f"{times:g} × "
        yield f"{often}{in_signs(step.levels)} ({Path(step.place.file).name}:{step.place.line})"
