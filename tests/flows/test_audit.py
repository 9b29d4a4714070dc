"""`xinqiao audit` as a person runs it: exit codes, the document, folders that cannot be judged."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode
from xinqiao.dashboard.package import fingerprint

FORM = """
settings: {form_id: mood, version: 1, purpose: survey, title: {zh: 心情, en: Mood}}
consent: {zh: 同意, en: I agree}
survey:
  - {type: select_one grade, name: grade, required: true, role: dimension, label: {zh: 年级, en: Grade}}
  - {type: select_one mood, name: mood, required: true, label: {zh: 心情, en: Mood}}
choices:
  grade: [{name: one, label: {zh: 一年级, en: First}}, {name: two, label: {zh: 二年级, en: Second}}]
  mood:
    - {name: low, score: 1, label: {zh: 低落, en: Low}}
    - {name: fair, score: 2, label: {zh: 一般, en: Fair}}
    - {name: good, score: 3, label: {zh: 很好, en: Good}}
summaries:
  - {name: by-grade, title: {zh: 按年级, en: By grade}, by: [grade], measures: [n, distribution(mood)]}
seal_to: [aggregation]
retention: {days: 365}
"""
COUNTS = {
    ("one", "low"): 3, ("one", "fair"): 14, ("one", "good"): 21,
    ("two", "low"): 9, ("two", "fair"): 17, ("two", "good"): 12,
}  # fmt: skip


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "mood.yml").write_text(FORM, encoding="utf-8")
    lines = [f"{grade},{mood}" for (grade, mood), number in COUNTS.items() for _ in range(number)]
    (tmp_path / "answers.csv").write_text("\n".join(["grade,mood", *lines]) + "\n", encoding="utf-8")
    made = run(tmp_path, "summarize", "mood", str(tmp_path / "answers.csv"), "--output", str(tmp_path / "tables"))
    assert made.exit_code == ExitCode.DONE, made.output
    return tmp_path


def run(project: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--project", str(project)])


def audit(project: Path, *folders: Path) -> tuple[int, dict[str, Any]]:
    result = run(project, "audit", *map(str, folders), "--json")
    return result.exit_code, json.loads(result.stdout)


def rewrite(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Edits a table as somebody would who also knows how to renew every checksum."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")
    content = path.read_bytes()
    descriptor = folder / "datapackage.json"
    whole = json.loads(descriptor.read_text(encoding="utf-8"))
    resource = next(resource for resource in whole["resources"] if resource["path"] == name)
    resource |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    seal(descriptor, whole)


def seal(descriptor: Path, whole: dict[str, Any]) -> None:
    whole["xinqiao"]["sha256"] = fingerprint(whole)
    descriptor.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def shown(line: str, value: int) -> Callable[[str], str]:
    return lambda text: text.replace(f"{line},,suppressed", f"{line},{value},shown")


def test_what_summarize_writes_passes(project: Path) -> None:
    code, document = audit(project, project / "tables")
    assert code == ExitCode.DONE
    assert document["packages"] == [str(project / "tables")]
    assert document["groups_tested"] > 20
    assert (document["groups_found"], document["found"], document["problems"]) == (0, [], [])
    told = run(project, "audit", str(project / "tables"))
    assert "没有发现" in told.stdout
    assert "nobody can be found" in told.stdout


def test_cells_that_undo_the_hiding_are_found_and_named(project: Path) -> None:
    text = (project / "tables" / "by-grade.csv").read_text(encoding="utf-8")
    assert "one,distribution(mood),low,,suppressed" in text
    for (grade, mood), number in COUNTS.items():
        if number >= 5 and f"{grade},distribution(mood),{mood},,suppressed" in text:
            rewrite(project / "tables", "by-grade.csv", shown(f"{grade},distribution(mood),{mood}", number))
    code, document = audit(project, project / "tables")
    assert code == ExitCode.UNSAFE
    assert document["groups_found"] == len(document["found"]) > 0
    first = next(one for one in document["found"] if one["levels"] == {"grade": "one"} and one["who"] == "in")
    assert (first["table"], first["measure"], first["category"]) == ("by-grade", "distribution(mood)", "low")
    assert first["packages"] == [str(project / "tables")]
    result = run(project, "audit", str(project / "tables"))
    assert "grade=one · distribution(mood)=low" in result.stderr
    assert "有人，而且不足 5 人" in result.stderr
    assert "fewer than 5" in result.stderr


def test_a_folder_above_stands_for_all_packages_below_it(project: Path) -> None:
    shutil.copytree(project / "tables", project / "released" / "mood" / "001")
    shutil.copytree(project / "tables", project / "released" / "mood" / "002")
    code, document = audit(project, project / "released", project / "released" / "mood" / "001")
    assert code == ExitCode.DONE
    assert [Path(name).name for name in document["packages"]] == ["001", "002"]


def drop_codebook(folder: Path) -> None:
    whole = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    del whole["xinqiao"]["codebook"]
    seal(folder / "datapackage.json", whole)


def strange_codebook(folder: Path) -> None:
    whole = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    whole["xinqiao"]["codebook"]["questions"][0]["type"] = "oracle"
    seal(folder / "datapackage.json", whole)


def short_codebook(folder: Path) -> None:
    whole = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    whole["xinqiao"]["codebook"]["questions"] = whole["xinqiao"]["codebook"]["questions"][:1]
    seal(folder / "datapackage.json", whole)


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "edited": (lambda folder: (folder / "by-grade.csv").write_text("x"), "package-file-changed"),
    "lost": (lambda folder: (folder / "by-grade.csv").unlink(), "package-missing"),
    "none": (shutil.rmtree, "package-missing"),
    "no codebook": (drop_codebook, "package-without-codebook"),
    "strange codebook": (strange_codebook, "codebook-unreadable"),
    "short codebook": (short_codebook, "audit-unexplained"),
    "small": (lambda f: rewrite(f, "by-grade.csv", shown("one,distribution(mood),low", 3)), "package-cell"),
    "impossible": (
        lambda f: rewrite(f, "by-grade.csv", lambda text: text.replace("one,n,,38", "one,n,,99")),
        "audit-contradiction",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_that_cannot_be_judged_is_not_safe(project: Path, fault: str) -> None:
    harm, code = FAULTS[fault]
    harm(project / "tables")
    exit_code, document = audit(project, project / "tables")
    assert exit_code == ExitCode.UNSAFE
    assert [problem["code"] for problem in document["problems"]] == [code]
    assert str(project / "tables") in document["problems"][0]["file"]


def test_packages_get_a_report_too(project: Path) -> None:
    page = project / "audit.html"
    assert run(project, "audit", str(project / "tables"), "--report", str(page)).exit_code == ExitCode.DONE
    assert "没有发现可以推算出来的少数人" in page.read_text(encoding="utf-8")
    for (grade, mood), number in COUNTS.items():
        text = (project / "tables" / "by-grade.csv").read_text(encoding="utf-8")
        if number >= 5 and f"{grade},distribution(mood),{mood},,suppressed" in text:
            rewrite(project / "tables", "by-grade.csv", shown(f"{grade},distribution(mood),{mood}", number))
    assert run(project, "audit", str(project / "tables"), "--report", str(page)).exit_code == ExitCode.UNSAFE
    assert "grade=one · distribution(mood)=low" in page.read_text(encoding="utf-8")
