"""Real registrations of others: 28 exports of CodeRefinery's workshops with drifting headers, one mapping file."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.store import Store

SET = "event-registrations-coderefinery"
ROWS = 852
# Answers that the form leaves out on purpose: another system, another version control, another host of code.
OUTSIDE = 4


@pytest.fixture(scope="module")
def exports(real_data: Path) -> list[Path]:
    return sorted((real_data / SET / "exports").glob("*.csv"))


@pytest.fixture(scope="module")
def project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portal")
    shutil.copy(root / "portal.toml", folder)
    (folder / "forms").mkdir()
    shutil.copy(root / "tests" / "real" / "coderefinery.yml", folder / "forms")
    ring = Keyring(load_config(folder).keys_dir)
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    return folder


def take(project: Path, root: Path, exports: list[Path]) -> tuple[int, dict[str, Any]]:
    mapping = root / "tests" / "real" / "coderefinery-mapping.yml"
    command = ["intake", "import", "coderefinery", *map(str, exports), "--mapping", str(mapping)]
    result = CliRunner().invoke(main, [*command, "--project", str(project), "--json"])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture(scope="module")
def first(project: Path, root: Path, exports: list[Path]) -> dict[str, Any]:
    code, document = take(project, root, exports)
    assert code == ExitCode.ANSWERS
    return document


def test_every_registration_is_accounted_for(first: dict[str, Any], exports: list[Path]) -> None:
    assert (len(first["files"]), first["rows"]) == (28, ROWS)
    assert (first["new"], first["known"], first["dropped"]) == (ROWS - OUTSIDE, 0, {})
    assert first["quarantined"] == {"answer-outside": OUTSIDE}
    for told, path in zip(first["files"], exports, strict=True):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = sum(1 for _ in csv.reader(file)) - 1
        assert told["usable"] + told["quarantined"] + told["dropped"] == rows


def test_a_second_import_adds_nothing(first: dict[str, Any], project: Path, root: Path, exports: list[Path]) -> None:
    assert first["new"]
    code, again = take(project, root, exports[::-1])
    assert (code, again["new"], again["known"]) == (ExitCode.ANSWERS, 0, ROWS - OUTSIDE)


def test_the_answers_are_those_of_the_files(first: dict[str, Any], project: Path) -> None:
    assert first["new"]
    config = load_config(project)
    identity = Keyring(config.keys_dir).unlock("aggregation", None)
    with Store(config.store_path) as store:
        opened = open_envelopes([one for _, one in store.envelopes("coderefinery")], identity, "coderefinery")
    positions = Counter(str(one.answers["position"]) for one in opened.submissions if "position" in one.answers)
    # SOURCE.md counts 182, 98, 81, 30, 23, 17, 16 and 5; four rows are set aside.
    counted = Counter(
        graduate=182, researcher=98, postdoc=81, engineer=30, other=23, undergraduate=17, professor=16, industry=5
    )
    assert (positions - counted, (counted - positions).total()) == (Counter(), OUTSIDE)
    days = sorted(one.received.isoformat() for one in opened.submissions)
    assert (days[0], days[-1]) == ("2018-10-03", "2021-05-09")


def test_the_store_holds_no_moment_and_no_answer(first: dict[str, Any], project: Path, exports: list[Path]) -> None:
    assert first["new"]
    with exports[0].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    words = {cell for row in rows for cell in row if len(cell) > 12}
    raw = b"".join(path.read_bytes() for path in (project / "build").rglob("*") if path.is_file())
    assert [word for word in words if word.encode() in raw] == []
