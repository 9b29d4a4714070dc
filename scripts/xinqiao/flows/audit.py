"""`xinqiao audit`: released packages and tables of others are attacked with nothing at hand but themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xinqiao.core.policy import as_decimal
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Text
from xinqiao.dashboard.audit_page import audit_page
from xinqiao.dashboard.package import DESCRIPTOR
from xinqiao.dashboard.released import read_whole
from xinqiao.flows.audit_report import report_of
from xinqiao.flows.ledger import faults_around
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.output import write_output
from xinqiao.safety.examine import Report, examine
from xinqiao.safety.others.attack import Attacked, attack
from xinqiao.safety.others.descriptor import Described, read_descriptor
from xinqiao.safety.series import Released

# More lines than a person reads; `--json` has them all.
MOST_TOLD = 30
DESCRIPTION = ".toml"
PAGE = {".html", ".htm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What could be read of what was asked for, and what could not."""

    packages: tuple[Released, ...]
    described: tuple[Described, ...]
    problems: tuple[Problem, ...]


def audit(paths: Sequence[Path], progress: Progress, *, report: Path | None = None) -> Outcome:
    """Attacks packages alone and all of one form together, and tables of others by their descriptions (`.toml`).

    A folder without a package stands for those below it. The outcome's problems name every group found;
    report: where a page with the same goes. Raises XinqiaoError (exit UNSAFE) where something cannot be read
    or was edited; the page then says so.
    """
    if report is not None and report.suffix.lower() not in PAGE:
        raise refuse("report-name", Place(file=str(report)))
    files = [path for path in paths if path.suffix.lower() == DESCRIPTION]
    folders = list(dict.fromkeys(path for folder in paths if folder not in files for path in _packages(folder)))
    progress(f"{len(folders) + len(files)}: read")
    read = _read(folders, files)
    examined = Report(tested=0, findings=(), problems=())
    attacked: list[Attacked] = []
    problems = [*read.problems]
    if not problems:
        progress(f"{len(folders) + len(files)}: attack")
        examined = examine([package for package in read.packages if package.tables])
        attacked, more = _attacked(read.described)
        problems += [*examined.problems, *more]
    if report is not None:
        packages = [(Path(package.name) / DESCRIPTOR, package) for package in read.packages]
        write_output(report, audit_page(report_of(packages, read.described, examined, attacked, problems)))
    if read.problems:
        raise XinqiaoError(read.problems)
    return _outcome(read.packages, files, examined, attacked, problems, report)


def _packages(folder: Path) -> Iterator[Path]:
    below = sorted(file.parent for file in folder.rglob(DESCRIPTOR)) if folder.is_dir() else []
    yield from [folder] if (folder / DESCRIPTOR).is_file() or not below else below


def _against_ledger(folders: Sequence[Path]) -> tuple[Problem, ...]:
    """What the ledgers above released packages do not agree with; first of all, for an edited file proves nothing."""
    try:
        return tuple(faults_around(folders))
    except XinqiaoError as error:
        return error.problems


def _read(folders: Sequence[Path], files: Sequence[Path]) -> _Read:
    if against := _against_ledger(folders):
        return _Read(packages=(), described=(), problems=against)
    packages: list[Released] = []
    described: list[Described] = []
    problems: list[Problem] = []
    for path in folders:
        try:
            package = read_whole(path)
        except XinqiaoError as error:
            problems += [replace(problem, place=Place(file=str(path))) for problem in error.problems]
            continue
        if package.codebook is None:
            problems.append(Problem(code="package-without-codebook", place=Place(file=str(path))))
        else:
            known = Released(
                name=str(path),
                tables=package.tables,
                codebook=package.codebook,
                attended=package.attended,
                corrected=package.corrected,
            )
            packages.append(known)
    for path in dict.fromkeys(files):
        try:
            described.append(read_descriptor(path))
        except XinqiaoError as error:
            problems += error.problems
    return _Read(packages=tuple(packages), described=tuple(described), problems=tuple(problems))


def _attacked(described: Iterable[Described]) -> tuple[list[Attacked], list[Problem]]:
    attacked: list[Attacked] = []
    problems: list[Problem] = []
    for tables in described:
        try:
            attacked.append(attack(tables))
        except XinqiaoError as error:
            problems += error.problems
    return attacked, problems


def _outcome(
    packages: Sequence[Released],
    files: Sequence[Path],
    examined: Report,
    attacked: Sequence[Attacked],
    problems: Sequence[Problem],
    report: Path | None,
) -> Outcome:
    others = [(tables.name, found) for tables in attacked for found in tables.findings]
    noisy = [(package.name, as_decimal(package.epsilon)) for package in packages if package.epsilon]
    findings = [*(found.problem() for found in examined.findings), *(found.problem() for _, found in others)]
    told = findings[:MOST_TOLD]
    if (left := len(findings) - len(told)) > 0:
        told.append(Problem(code="groups-found-more", params={"more": left}))
    undone = [
        Problem(code="audit-hidden-undone", place=Place(file=tables.name), params={"count": tables.undone})
        for tables in attacked
        if tables.undone
    ]
    undone += [
        Problem(code="audit-noisy", place=Place(file=name), params={"epsilon": epsilon}) for name, epsilon in noisy
    ]
    tested = examined.tested + sum(tables.tested for tables in attacked)
    document = {
        "packages": [package.name for package in packages],
        "tables": [str(path) for path in files],
        "groups_tested": tested,
        "groups_found": len(findings),
        "found": [
            *(found.as_json() for found in examined.findings),
            *({"tables": name, **found.as_json()} for name, found in others),
        ],
        "hidden_undone": sum(tables.undone for tables in attacked),
        "noisy": [{"package": name, "epsilon": epsilon} for name, epsilon in noisy],
        "report": str(report) if report else None,
    }
    said = _said(len(packages) + len(files), tested, len(findings), len(problems))
    return Outcome(said=said, document=document, problems=(*problems, *told, *undone))


def _said(sources: int, tested: int, found: int, unjudged: int) -> Text:
    if not found and not unjudged:
        return Text.of(
            zh=f"已审查 {sources} 处、{tested} 个小组：没有发现可以推算出来的少数人。",
            en=f"{sources} sources audited, {tested} groups tested: nobody can be found.",
        )
    return Text.of(
        zh=f"已审查 {sources} 处、{tested} 个小组：{found} 个可以推算出来，{unjudged} 处无法判断。不可公布。",
        en=f"{sources} sources audited, {tested} groups tested: {found} can be found, {unjudged} could not be judged."
        " Not to be published.",
    )
