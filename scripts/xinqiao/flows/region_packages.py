"""The packages of `xinqiao region`: the newest of each form in each college's folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.name import CHOICE_NAME
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.dashboard.package import DESCRIPTOR
from xinqiao.dashboard.released import Package, read_whole
from xinqiao.flows.ledger import faults_around


@dataclass(frozen=True, slots=True, kw_only=True)
class CollegePackage:
    """The newest package of a form in one college's folder."""

    college: str
    folder: Path
    package: Package

    @property
    def form(self) -> str:
        """The form's id."""
        return self.package.tables[0].form


def college_packages(config: Config, folders: Sequence[Path]) -> list[CollegePackage]:
    """The newest package of each form in each folder. Raises XinqiaoError with the problems of all of them."""
    names = [folder.resolve().name for folder in folders]
    wrong = [Problem(code="region-name", params={"name": name}) for name in names if not CHOICE_NAME.fullmatch(name)]
    wrong += [Problem(code="region-college-twice", params={"name": n}) for n in sorted({*names}) if names.count(n) > 1]
    wrong += [Problem(code="region-few")] if len(folders) < 2 else []
    found: list[CollegePackage] = []
    for name, folder in zip(names, folders, strict=True) if not wrong else ():
        newest = _newest(folder)
        if not newest:
            wrong.append(Problem(code="region-empty", place=Place(file=str(folder))))
        try:
            wrong += faults_around(newest)
        except XinqiaoError as error:
            wrong += error.problems
        for path in newest:
            try:
                found.append(CollegePackage(college=name, folder=path, package=read_whole(path)))
            except XinqiaoError as error:
                at = Place(file=str(path))
                wrong += [Problem(code=one.code, place=at, params=one.params) for one in error.problems]
    for one in found:
        if one.package.codebook is None:
            wrong.append(Problem(code="package-without-codebook", place=Place(file=str(one.folder))))
        twice = [other for other in found if (other.college, other.form) == (one.college, one.form)]
        if len(twice) > 1 and twice[0] is one:
            wrong.append(Problem(code="region-form-twice", place=Place(file=one.college), params={"form": one.form}))
    wrong += _same(found)
    wrong += _generated(config, found)
    if wrong:
        raise XinqiaoError(wrong)
    return found


def _newest(folder: Path) -> list[Path]:
    """Of releases that lie beside each other, `FORM/001`, `FORM/002` …, the last."""
    if (folder / DESCRIPTOR).is_file():
        return [folder]
    below = sorted(file.parent for file in folder.rglob(DESCRIPTOR)) if folder.is_dir() else []
    last = {path.parent if path.name.isdecimal() else path: path for path in below}
    return list(last.values())


def _same(found: Sequence[CollegePackage]) -> Iterator[Problem]:
    """Packages that are byte for byte another college's."""
    seen: dict[bytes, CollegePackage] = {}
    for one in found:
        other = seen.setdefault((one.folder / DESCRIPTOR).read_bytes(), one)
        if other is not one:
            yield Problem(code="region-package-twice", place=Place(file=one.college), params={"other": other.college})


def _generated(config: Config, found: Sequence[CollegePackage]) -> Iterator[Problem]:
    """Generated figures beside true ones, or in a real portal: they would be taken for true."""
    generated = [one for one in found if one.package.demonstration]
    if not config.demonstration or len(generated) < len(found):
        yield from (Problem(code="region-generated", place=Place(file=one.college)) for one in generated)
