"""`xinqiao audit`: released packages are attacked with nothing at hand but themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Text
from xinqiao.dashboard.package import DESCRIPTOR
from xinqiao.dashboard.released import read_whole
from xinqiao.flows.ledger import faults_around
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.safety.examine import Report, examine
from xinqiao.safety.series import Released

# More lines than a person reads; `--json` has them all.
MOST_TOLD = 30


def audit(folders: Sequence[Path], progress: Progress) -> Outcome:
    """Attacks packages alone and all of one form together; a folder without a package stands for those below it.

    The outcome's problems name every group found. Raises XinqiaoError (exit UNSAFE) where a package cannot
    be read or was edited, or does not agree with the ledger above it.
    """
    paths = list(dict.fromkeys(path for folder in folders for path in _packages(folder)))
    progress(f"{len(paths)}: read")
    if against := list(faults_around(paths)):
        raise XinqiaoError(against)
    packages = _read(paths)
    progress(f"{len(paths)}: attack")
    report = examine([package for package in packages if package.tables])
    told = [found.problem() for found in report.findings[:MOST_TOLD]]
    if (left := len(report.findings) - len(told)) > 0:
        told.append(Problem(code="groups-found-more", params={"more": left}))
    document = {
        "packages": [str(path) for path in paths],
        "groups_tested": report.tested,
        "groups_found": len(report.findings),
        "found": [found.as_json() for found in report.findings],
    }
    return Outcome(said=_said(len(paths), report), document=document, problems=(*report.problems, *told))


def _packages(folder: Path) -> Iterator[Path]:
    below = sorted(file.parent for file in folder.rglob(DESCRIPTOR)) if folder.is_dir() else []
    yield from [folder] if (folder / DESCRIPTOR).is_file() or not below else below


def _read(paths: Sequence[Path]) -> list[Released]:
    packages: list[Released] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            package = read_whole(path)
        except XinqiaoError as error:
            problems += [replace(problem, place=Place(file=str(path))) for problem in error.problems]
            continue
        if package.codebook is None:
            problems.append(Problem(code="package-without-codebook", place=Place(file=str(path))))
        else:
            packages.append(Released(name=str(path), tables=package.tables, codebook=package.codebook))
    if problems:
        raise XinqiaoError(problems)
    return packages


def _said(packages: int, report: Report) -> Text:
    tested, found, open_ones = report.tested, len(report.findings), len(report.problems)
    if not found and not open_ones:
        return Text.of(
            zh=f"已审查 {packages} 个文件夹、{tested} 个小组：没有发现可以推算出来的少数人。",
            en=f"{packages} folders audited, {tested} groups tested: nobody can be found.",
        )
    return Text.of(
        zh=f"已审查 {packages} 个文件夹、{tested} 个小组：{found} 个可以推算出来，{open_ones} 处无法判断。不可公布。",
        en=f"{packages} folders audited, {tested} groups tested: {found} can be found, {open_ones} could not be judged."
        " Not to be published.",
    )
