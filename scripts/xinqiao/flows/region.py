"""`xinqiao region`: the packages that colleges have released become tables of their region, protected anew."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.name import CHOICE_NAME
from xinqiao.core.parsed import Json
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Text
from xinqiao.dashboard.codebook import codebook
from xinqiao.dashboard.package import DESCRIPTOR, write_package
from xinqiao.dashboard.released import Package, read_whole
from xinqiao.flows.ledger import faults_around
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import choice_lists, load_form
from xinqiao.flows.region_pages import check_place, write_pages
from xinqiao.safety.college import COLLEGE, College, problems, shared_units, with_colleges
from xinqiao.safety.examine import examine
from xinqiao.safety.region import Withdrawn, merge
from xinqiao.safety.series import Released
from xinqiao.safety.telling import Finding

# Tried one after the other for what an attack finds: hide it in parts of the college, in the college, everywhere.
WIDER = (("own", True), ("own", False), ("all", True), ("all", False))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The newest package of a form in one college's folder."""

    college: str
    folder: Path
    package: Package

    @property
    def form(self) -> str:
        return self.package.tables[0].form


def region(config: Config, folders: Sequence[Path], output: Path, progress: Progress) -> Outcome:
    """Merges the newest packages of each form into `output/FORM`; colleges that cannot be merged are named, left out.

    Raises XinqiaoError where a package cannot be read or was edited, is of a form or version that the portal
    does not have, or where no merged table is safe; nothing is written then.
    """
    progress(f"{len(folders)}: read")
    found = _packages(folders)
    made: list[tuple[Form, tuple[SafeTable, ...], Mapping[str, object]]] = []
    told: list[Problem] = []
    refused: list[Problem] = []
    for form_id in dict.fromkeys(one.form for one in found):
        progress(f"{form_id}: merge, audit")
        try:
            form = _form(config, form_id)
            refused += (unlike := list(_unlike(config, form, [one for one in found if one.form == form_id])))
            if not unlike:
                merged = _merged(config, form, [one for one in found if one.form == form_id])
                made.append(merged[0])
                told += merged[1]
        except XinqiaoError as error:
            refused += error.problems
    if refused:
        raise XinqiaoError(refused)
    check_place(output)
    for form, tables, certificate in made:
        write_package(output / form.id, form, tables, certificate, demonstration=config.demonstration)
    write_pages(config, output, [(form, tables) for form, tables, _ in made])
    return _outcome(output, made, told)


def _outcome(
    output: Path, made: Sequence[tuple[Form, tuple[SafeTable, ...], Mapping[str, object]]], told: Sequence[Problem]
) -> Outcome:
    forms = {
        form.id: {
            "colleges": certificate["colleges"],
            "tables": [{"name": t.name, "cells": len(t.cells), "suppressed": t.suppressed} for t in tables],
            "groups_tested": certificate["groups_tested"],
        }
        for form, tables, certificate in made
    }
    said = Text.of(
        zh=f"已合并 {len(made)} 份表单的安全表，写入 {output}；请打开 {output}/pages/index.html。",
        en=f"The safe tables of {len(made)} forms are merged in {output}; open {output}/pages/index.html.",
    )
    return Outcome(said=said, document={"output": str(output), "forms": forms}, problems=tuple(told))


def _packages(folders: Sequence[Path]) -> list[_Read]:
    """The newest package of each form in each folder. Raises XinqiaoError with the problems of all of them."""
    names = [folder.resolve().name for folder in folders]
    wrong = [Problem(code="region-name", params={"name": name}) for name in names if not CHOICE_NAME.fullmatch(name)]
    wrong += [Problem(code="region-college-twice", params={"name": n}) for n in sorted({*names}) if names.count(n) > 1]
    wrong += [Problem(code="region-few")] if len(folders) < 2 else []
    found: list[_Read] = []
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
                found.append(_Read(college=name, folder=path, package=read_whole(path)))
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


def _same(found: Sequence[_Read]) -> Iterator[Problem]:
    """Packages that are byte for byte another college's."""
    seen: dict[bytes, _Read] = {}
    for one in found:
        other = seen.setdefault((one.folder / DESCRIPTOR).read_bytes(), one)
        if other is not one:
            yield Problem(code="region-package-twice", place=Place(file=one.college), params={"other": other.college})


def _form(config: Config, form_id: str) -> Form:
    try:
        return load_form(config, form_id)
    except XinqiaoError as error:
        if error.problems[0].code != "form-not-found":
            raise
        nearest = (difflib.get_close_matches(form_id, [file.stem for file in config.form_files], 1, 0) or ["–"])[0]
        raise refuse("region-form-unknown", form=form_id, nearest=nearest) from None


def _own(config: Config, form: Form) -> frozenset[str]:
    """The dimensions whose levels are a college's own: its places, and what is made of them."""
    lists = set(choice_lists(config).values())
    units = {question.name for question in form.questions if question.choices in lists}
    return frozenset(units | {made.name for made in form.derived if made.source in units})


def _unlike(config: Config, form: Form, found: Sequence[_Read]) -> Iterator[Problem]:
    """Packages of another version of the form, or of a form that asks or scores otherwise under the same number."""
    own = _own(config, form)
    for one in found:
        place = Place(file=one.college)
        versions = {table.form_version for table in one.package.tables}
        if versions != {form.version}:
            params: dict[str, str | int] = {
                "form": form.id,
                "found": ", ".join(map(str, sorted(versions))),
                "known": form.version,
            }
            yield Problem(code="region-form-version", place=place, params=params)
            continue
        tables = one.package.tables
        here = _parts(_plain(codebook(form, tables)), own)
        there = _parts(one.package.codebook or {}, own)
        for name in sorted(name for name in {*here, *there} if here.get(name) != there.get(name)):
            yield Problem(code="region-form-differs", place=place, params={"form": form.id, "name": name})


def _plain(value: object) -> Json:
    """A codebook as it reads from a file."""
    plain: Json = json.loads(json.dumps(value))
    return plain


def _parts(known: Json, own: frozenset[str]) -> dict[str, object]:
    """The questions and scales of a codebook by name, without those that are a college's own."""
    parts: dict[str, object] = {}
    for key in ("questions", "scales"):
        listed = known.get(key)
        for part in listed if isinstance(listed, list) else []:
            if isinstance(part, dict) and part.get("name") not in own:
                parts[str(part.get("name"))] = part
    return parts


def _merged(
    config: Config, form: Form, found: Sequence[_Read]
) -> tuple[tuple[Form, tuple[SafeTable, ...], Mapping[str, object]], list[Problem]]:
    """The region's tables of one form after the attack on them, their certificate, and what is to be told."""
    own = _own(config, form)
    colleges = [
        College(name=one.college, label=_label(config, one.college), tables=one.package.tables) for one in found
    ]
    told = list(problems(colleges, own))
    doubtful = {name for names in shared_units(colleges, own).values() for name in names}
    colleges = [college for college in colleges if college.name not in doubtful]
    unsafe = _unsafe([one for one in found if one.college not in doubtful])
    told += [Problem(code="region-package-unsafe", place=Place(file=name)) for name in unsafe]
    colleges = [college for college in colleges if college.name not in unsafe]
    if len(colleges) < 2:
        raise XinqiaoError([*told, Problem(code="region-nothing", params={"form": form.id})])
    wide = with_colleges(form, colleges)
    tables, tested = _safe(config, wide, colleges, own)
    certificate = {
        "audited": "the merged tables alone; a merged figure is computed from released ones",
        "colleges": [college.name for college in colleges],
        "groups_tested": tested,
        "groups_found": 0,
    }
    return (wide, tables, certificate), told


def _unsafe(found: Sequence[_Read]) -> set[str]:
    """The colleges in whose package, attacked alone, somebody is found or which could not be judged."""
    unsafe = set()
    for one in found:
        report = examine([_released(one.college, one.package.tables, one.package.codebook or {}, one.package)])
        if report.findings or report.problems:
            unsafe.add(one.college)
    return unsafe


def _released(name: str, tables: tuple[SafeTable, ...], known: Json, package: Package | None = None) -> Released:
    return Released(name=name, tables=tables, codebook=known, attended=package.attended if package else ())


def _label(config: Config, name: str) -> Text:
    return config.colleges.get(name) or Text.of(zh=name, en=name)


def _safe(
    config: Config, form: Form, colleges: Sequence[College], own: frozenset[str]
) -> tuple[tuple[SafeTable, ...], int]:
    """The tables in which an attack finds nobody, and how many groups it tested.

    Raises XinqiaoError (region-not-safe).
    """
    sensitive = any(question.sensitive for question in form.questions) or any(scale.sensitive for scale in form.scales)
    least = config.health_policy if sensitive else config.policy
    scores = {
        question.name: {choice.name: choice.score for choice in question.choices if choice.score is not None}
        for question in form.questions
    }
    withdrawn: set[Withdrawn] = set()
    for who, parts in (*WIDER, ("", False)):
        tables = merge(colleges, own, least, scores, withdrawn)
        report = examine([_released(form.id, tables, _plain(codebook(form, tables)))])
        if report.problems:
            raise XinqiaoError(report.problems)
        if not report.findings:
            return tables, report.tested
        withdrawn |= {_wider(found, who, parts=parts) for found in report.findings}
    raise refuse("region-not-safe", form=form.id)


def _wider(found: Finding, who: str, *, parts: bool) -> Withdrawn:
    """What to hide for a group that was found."""
    of = found.measure.partition("(")[2].rstrip(")").removeprefix("band(").partition(",")[0].partition(" ")[0]
    college = dict(found.levels).get(COLLEGE, "*") if who == "own" else "*"
    return Withdrawn(of=of, college=college, parts=parts)
