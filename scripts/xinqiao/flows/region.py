"""`xinqiao region`: the packages that colleges have released become tables of their region, protected anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.name import nearest
from xinqiao.core.parsed import Json
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Text
from xinqiao.dashboard.codebook import codebook
from xinqiao.dashboard.package import write_package
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import choice_lists, load_form
from xinqiao.flows.region_packages import CollegePackage, college_packages
from xinqiao.flows.region_pages import check_place, write_pages
from xinqiao.safety.college import COLLEGE, College, problems, shared_units, with_colleges
from xinqiao.safety.examine import examine
from xinqiao.safety.region import Withdrawn, merge
from xinqiao.safety.series import Released
from xinqiao.safety.telling import Finding

# Tried one after the other for what an attack finds: hide it in parts of the college, in the college, everywhere.
WIDER = (("own", True), ("own", False), ("all", True), ("all", False))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    """A form's tables of the region, the certificate of their audit, and what a person is to be told."""

    form: Form
    tables: tuple[SafeTable, ...]
    certificate: Mapping[str, object]
    told: tuple[Problem, ...]


def region(config: Config, folders: Sequence[Path], output: Path, progress: Progress) -> Outcome:
    """Merges the newest packages of each form into `output/FORM`; colleges that cannot be merged are named, left out.

    Raises XinqiaoError where a package cannot be read or was edited, is of a form or version that the portal
    does not have, or where no merged table is safe; nothing is written then.
    """
    progress(f"{len(folders)}: read")
    found = college_packages(config, folders)
    made: list[_Merged] = []
    refused: list[Problem] = []
    for form_id in dict.fromkeys(one.form for one in found):
        progress(f"{form_id}: merge, audit")
        try:
            form, packages = _form(config, form_id), [one for one in found if one.form == form_id]
            if unlike := list(_unlike(config, form, packages)):
                refused += unlike
            else:
                made.append(_merged(config, form, packages))
        except XinqiaoError as error:
            refused += error.problems
    if refused:
        raise XinqiaoError(refused)
    check_place(output)
    generated = any(one.package.demonstration for one in found)
    for one in made:
        folder = output / one.form.id
        write_package(folder, one.form, one.tables, one.certificate, demonstration=generated)
    write_pages(config, output, [(one.form, one.tables) for one in made], demonstration=generated)
    return _outcome(output, made)


def _outcome(output: Path, made: Sequence[_Merged]) -> Outcome:
    forms = {
        one.form.id: {
            "colleges": one.certificate["colleges"],
            "tables": [{"name": t.name, "cells": len(t.cells), "suppressed": t.suppressed} for t in one.tables],
            "groups_tested": one.certificate["groups_tested"],
        }
        for one in made
    }
    said = Text.of(
        zh=f"已合并 {len(made)} 份表单的安全表，写入 {output}；请打开 {output}/pages/index.html。",
        en=f"The safe tables of {len(made)} forms are merged in {output}; open {output}/pages/index.html.",
    )
    return Outcome(
        said=said,
        document={"output": str(output), "forms": forms},
        problems=tuple(problem for one in made for problem in one.told),
    )


def _form(config: Config, form_id: str) -> Form:
    try:
        return load_form(config, form_id)
    except XinqiaoError as error:
        if error.problems[0].code != "form-not-found":
            raise
        known = (file.stem for file in config.form_files)
        raise refuse("region-form-unknown", form=form_id, nearest=nearest(form_id, known)) from None


def _own(config: Config, form: Form) -> frozenset[str]:
    """The dimensions whose levels are a college's own: its places, and what is made of them."""
    lists = set(choice_lists(config).values())
    units = {question.name for question in form.questions if question.choices in lists}
    return frozenset(units | {made.name for made in form.derived if made.source in units})


def _unlike(config: Config, form: Form, found: Sequence[CollegePackage]) -> Iterator[Problem]:
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


def _merged(config: Config, form: Form, found: Sequence[CollegePackage]) -> _Merged:
    """The region's tables of one form after the attack on them, and the colleges that were left out.

    Raises XinqiaoError where fewer than two colleges are left, or nothing is safe.
    """
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
    return _Merged(form=wide, tables=tables, certificate=certificate, told=tuple(told))


def _unsafe(found: Sequence[CollegePackage]) -> set[str]:
    """The colleges in whose package, attacked alone, somebody is found or which could not be judged."""
    unsafe = set()
    for one in found:
        report = examine([_released(one)])
        if report.findings or report.problems:
            unsafe.add(one.college)
    return unsafe


def _released(one: CollegePackage) -> Released:
    package = one.package
    return Released(
        name=one.college,
        tables=package.tables,
        codebook=package.codebook or {},
        attended=package.attended,
        corrected=package.corrected,
    )


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
        report = examine([Released(name=form.id, tables=tables, codebook=_plain(codebook(form, tables)))])
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
