"""A form whose attendance is public: releases are blocks of weeks, and their packages say so to an audit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xinqiao.core.problem import ExitCode
from xinqiao.dashboard.package import fingerprint
from xinqiao.dashboard.released import read_whole

from .test_ledger import SMALL, lines, run
from .test_release import FORM, put, release, released
from .test_release import project as demonstration

__all__ = ["demonstration"]


@pytest.fixture
def project(demonstration: Path) -> Path:
    """Three releases of a form by role, who came by role public."""
    summary = SMALL.index("  - name: overall")
    by_role = SMALL.index("  - name: by-role")
    form = SMALL[:summary] + SMALL[by_role:].replace("audience: public", "audience: public\n    attendance: public")
    (demonstration / "forms" / f"{FORM}.yml").write_text(form, encoding="utf-8")
    for seed in (1, 2, 3):
        put(demonstration, 40, seed=seed)
        assert release(demonstration)[0] == ExitCode.DONE
    return demonstration


def test_packages_say_who_came_and_where_they_begin(project: Path) -> None:
    packages = [read_whole(released(project) / f"{number:03}") for number in (1, 2, 3)]
    for number, package in enumerate(packages, start=1):
        since = {table.since for table in package.tables}
        assert len(since) == 1
        assert [known.after for known in package.attended] == list(range(since.pop(), number))
        assert {sum(known.groups.values()) for known in package.attended} == {40}
        assert {known.by for known in package.attended} == {("role",)}
    assert [line.get("since", 0) for line in lines(project)] == [package.tables[0].since for package in packages]


def test_what_everybody_once_knew_stays_known(project: Path) -> None:
    path = project / "forms" / f"{FORM}.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("attendance: public", ""), encoding="utf-8")
    put(project, 40, seed=4)
    code, document = release(project)
    assert (code, document["problems"][0]["code"]) == (ExitCode.UNSAFE, "attendance-withdrawn")
    assert not (released(project) / "004").exists()


def test_an_audit_knows_from_the_packages_what_everybody_knows(project: Path) -> None:
    code, document = run(project, "audit", str(released(project)))
    assert (code, document["groups_found"]) == (ExitCode.DONE, 0)
    assert len(document["packages"]) == 3


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A copy of a package with another descriptor, sealed anew."""
    copy = folder.parents[1] / "copied" / folder.name
    shutil.copytree(folder, copy)
    path = copy / "datapackage.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    change(whole["xinqiao"])
    whole["xinqiao"]["sha256"] = fingerprint(whole)
    path.write_text(json.dumps(whole), encoding="utf-8")
    return copy


def more_came(part: dict[str, Any]) -> None:
    part["attendance"][0]["groups"][0][-1] += 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (more_came, "audit-contradiction"),
        (lambda part: part["attendance"][0].update(after=-1), "package-unreadable"),
        (lambda part: part["attendance"][0].update(groups=[[]]), "package-unreadable"),
    ],
    ids=["contradicts", "before-the-first", "empty"],
)
def test_attendance_that_cannot_be_is_refused(
    project: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    copy = edit(released(project) / "001", change)
    code, document = run(project, "audit", str(copy))
    assert code == ExitCode.UNSAFE
    assert problem in {found["code"] for found in document["problems"]}


def test_packages_with_and_without_attendance_are_not_judged_together(project: Path) -> None:
    copy = edit(released(project) / "001", lambda part: part.pop("attendance"))
    code, document = run(project, "audit", str(copy), str(released(project) / "002"))
    assert code == ExitCode.UNSAFE
    assert "audit-attendance-mixed" in {found["code"] for found in document["problems"]}
