"""The inbox: a reader opens what is sealed to that reader, on screen or in a file asked for by name; no more."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import new_identity, payload, seal
from xinqiao.intake.store import Store

SEAT = {
    "event_title": "五月活动",
    "name": "林同学",
    "contact": "=1+1@example.test",
    "role": "student",
    "needs": ["exit", "ask"],
}


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "forms", tmp_path / "forms")
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("aggregation", "counsellor", "organiser", "recovery"):
        ring.create(name, None)
    return tmp_path


def put(project: Path, form_id: str, answers: dict[str, Any], to: tuple[str, ...] = ()) -> None:
    config = load_config(project)
    form = load_form(config, form_id)
    sealed = seal(payload(form.id, form.version, Lang.ZH, answers), to or recipients(config, form)[0])
    with Store(config.store_path) as store:
        store.append([Envelope(id=envelope_id(sealed), form=form.id, received=date(2026, 11, 18), sealed=sealed)])


def opened(project: Path, *args: str) -> Any:
    return CliRunner().invoke(main, ["inbox", *args, "--project", str(project)])


def test_a_list_for_the_organiser(project: Path, tmp_path: Path) -> None:
    put(project, "event-registration", SEAT)
    file = tmp_path / "list.csv"
    result = opened(project, "event-registration", "--output", str(file))
    assert result.exit_code == ExitCode.DONE, result.output
    assert "林同学" not in result.output
    assert file.stat().st_mode & 0o077 == 0
    (row,) = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert row["怎样称呼您"] == "林同学"
    assert row["您需要我们准备什么吗？"] == "靠门的座位，可以随时离开、别的需要，请联系我"
    # What a spreadsheet would take for a formula.
    assert row["怎样通知您"] == "'=1+1@example.test"


def test_on_screen_nothing_steers_the_terminal(project: Path) -> None:
    put(project, "question-box", {"question": "怎样睡好？\x1b[2J\u202e", "publish": "yes", "reply": "no"})
    result = opened(project, "question-box")
    assert "怎样睡好？[2J" in result.stdout and "\x1b" not in result.stdout and "\u202e" not in result.stdout
    assert "2026-11-18" in result.stdout


def test_as_json_one_document_with_what_the_form_asks_for(project: Path) -> None:
    put(project, "question-box", {"question": "怎样睡好？", "publish": "yes", "reply": "no", "more": "x"})
    document = json.loads(opened(project, "question-box", "--json").stdout)
    assert document["answers"][0]["answers"] == {"question": "怎样睡好？", "publish": "yes", "reply": "no"}
    assert document["count"] == 1


@pytest.mark.parametrize("form", ["mood", "phq9", "training-before", "course-quiz", "website-feedback"])
def test_what_is_only_counted_is_opened_for_nobody(project: Path, form: str) -> None:
    result = opened(project, form)
    assert result.exit_code == ExitCode.USAGE
    assert "inbox-counted" in result.stderr


def test_what_is_sealed_to_others_is_counted_and_stays_closed(project: Path) -> None:
    put(project, "event-registration", SEAT, (new_identity().public, new_identity().public))
    put(project, "event-registration", SEAT | {"name": "周同学"})
    result = opened(project, "event-registration")
    assert "周同学" in result.stdout and "林同学" not in result.output
    assert "inbox-aside" in result.stderr


def test_what_is_read_one_by_one_is_never_released(project: Path) -> None:
    put(project, "event-registration", SEAT)
    result = CliRunner().invoke(main, ["release", "event-registration", "--project", str(project)])
    assert result.exit_code == ExitCode.USAGE
    assert "release-no-tables" in result.stderr
    assert not (load_config(project).private_dir / "summaries").exists()


def test_before_anything_came_in_it_says_so(project: Path) -> None:
    result = opened(project, "referral")
    assert (result.exit_code, "还没有收到" in result.stdout) == (ExitCode.DONE, True)


def test_without_the_readers_key_nothing_opens(project: Path) -> None:
    put(project, "event-registration", SEAT)
    for file in load_config(project).keys_dir.glob("organiser*"):
        file.unlink()
    result = opened(project, "event-registration")
    assert result.exit_code == ExitCode.KEY
    assert "林同学" not in result.output
