"""One form, as many instances as events ask for registration: wherever a command takes a form."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.occasion import BEIJING
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.expire import expire
from xinqiao.flows.intake import doors
from xinqiao.flows.project import load_form, load_forms, recipients
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store
from xinqiao.site.events import read_events

SEAT = "event-registration@may-walk"
DAY = date(2027, 4, 20)
EVENT = """\
slug: may-walk
title: {zh: 五月散步, en: A walk in May}
date: {year: 2027, month: 5, day: 12, part: {zh: 下午, en: afternoon}}
place: {zh: 东门, en: East gate}
speaker: {zh: 主讲人甲, en: Speaker A}
host: {zh: 主持人乙, en: Host B}
roles: [class]
capacity: 2
registration: event-registration
feedback: null
status: open
source_note: {zh: 虚构。, en: Invented.}
"""


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    for name in ("event-registration", "question-box"):
        shutil.copy(root / "forms" / f"{name}.yml", tmp_path / "forms")
    write(tmp_path, EVENT)
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("counsellor", "organiser", "recovery"):
        ring.create(name, None)
    return tmp_path


def write(project: Path, event: str) -> Path:
    file = project / "docs" / "data" / "events" / "may-walk.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(event, encoding="utf-8")
    return file


def put(project: Path, *names: str, form_id: str = SEAT) -> None:
    config = load_config(project)
    form = load_form(config, form_id)
    with Store(config.store_path) as store:
        for name in names:
            answers = {"name": name, "contact": "x@example.test", "role": "student"}
            sealed = seal(payload(form.id, form.version, Lang.ZH, answers), recipients(config, form)[0])
            store.append([Envelope(id=envelope_id(sealed), form=form.id, received=DAY, sealed=sealed)])


def run(project: Path, *args: str) -> Any:
    return CliRunner().invoke(main, [*args, "--project", str(project)])


def test_each_event_that_asks_has_its_form_and_door(project: Path) -> None:
    config = load_config(project)
    assert [form.id for form in load_forms(config)] == ["event-registration", SEAT, "question-box"]
    occasion = load_form(config, SEAT).occasion
    assert occasion is not None
    # Without a closing time registration ends with the event's day.
    assert (occasion.capacity, occasion.closes) == (2, datetime(2027, 5, 13, tzinfo=BEIJING))
    door = doors(config)[SEAT]
    assert door.closed[Lang.EN] == f"{config.site_url}en/forms/{SEAT}/closed/"
    assert "event_title" not in door.fields and doors(config)["event-registration"].occasion is None


@pytest.mark.parametrize(
    ("written", "closes"),
    [
        ("2027-05-10 18:00", datetime(2027, 5, 10, 18, tzinfo=BEIJING)),
        ("2027-05-10", datetime(2027, 5, 11, tzinfo=BEIJING)),
        ("2027-05-10T10:00:00+00:00", datetime(2027, 5, 10, 18, tzinfo=BEIJING)),
    ],
)
def test_a_closing_time_as_it_is_written(project: Path, written: str, closes: datetime) -> None:
    write(project, f"{EVENT}registration_closes: {written}\n")
    assert read_events(project)["may-walk"].closes == closes


@pytest.mark.parametrize(
    "written",
    ["20270510", "2027-05-10 25:00", "2027-05-10 18：00", "May 10", "18:00", "2027-W19-1", "[]", "2027-05-10 24:00"],
)
def test_what_is_no_closing_time_is_told_at_its_place(project: Path, written: str) -> None:
    write(project, f"{EVENT}registration_closes: {written}\n")
    with pytest.raises(XinqiaoError, match="event-closing-unreadable") as caught:
        load_forms(load_config(project))
    (problem,) = caught.value.problems
    assert (problem.place.line, problem.place.column) == (13, 22)


@pytest.mark.parametrize(("status", "made"), [("planned", False), ("open", True), ("past", True)])
def test_nobody_registers_for_what_is_only_planned(project: Path, status: str, made: bool) -> None:
    write(project, EVENT.replace("status: open", f"status: {status}"))
    assert (SEAT in doors(load_config(project))) is made
    if status == "past":
        # The organiser can still open the list, and the door says why it is closed.
        with pytest.raises(XinqiaoError, match="submit-closed"):
            doors(load_config(project))[SEAT].check_open(datetime(2000, 1, 1, tzinfo=BEIJING))


def test_an_event_that_does_not_ask_is_told_with_the_nearest(project: Path) -> None:
    result = run(project, "inbox", "event-registration@may-wolk")
    assert result.exit_code == ExitCode.USAGE
    assert "form-event-unknown" in result.stderr and "may-walk" in result.stderr
    assert "form-event-unknown" in run(project, "inbox", "question-box@may-walk").stderr


def test_the_organisers_list_in_the_order_of_arrival(project: Path) -> None:
    put(project, "甲", "乙", "丙")
    put(project, "别的活动", form_id="event-registration")
    file = project / "list.csv"
    assert run(project, "inbox", SEAT, "--output", str(file)).exit_code == ExitCode.DONE
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert [(row["怎样称呼您"], row["次序 order"]) for row in rows] == [
        ("甲", "1"), ("乙", "2"), ("丙", "3 候补 waiting"),
    ]  # fmt: skip
    told = json.loads(run(project, "inbox", SEAT, "--json").stdout)
    assert [(one["order"], one["waiting"]) for one in told["answers"]] == [(1, False), (2, False), (3, True)]
    assert "别的活动" not in run(project, "inbox", SEAT).stdout


@pytest.mark.parametrize("key", ["counsellor"])
def test_another_readers_key_opens_none(project: Path, key: str) -> None:
    put(project, "甲")
    result = run(project, "inbox", SEAT, "--key", key)
    assert "甲" not in result.output and "inbox-aside" in result.stderr


def test_wherever_a_command_takes_a_form(project: Path) -> None:
    put(project, "甲")
    assert run(project, "forms", "check", SEAT).exit_code == ExitCode.DONE
    result = run(project, "release", SEAT)
    assert (result.exit_code, "release-no-tables" in result.stderr) == (ExitCode.USAGE, True)
    assert json.loads(run(project, "intake", "list", "--json").stdout)["forms"] == {SEAT: 1}
    assert json.loads(run(project, "intake", "expire", SEAT, "--json").stdout)["forms"][SEAT]["deleted"] == 0


def test_what_was_sent_is_not_kept_longer_where_the_event_is_gone(project: Path) -> None:
    put(project, "甲", "乙")
    write(project, EVENT).unlink()
    config = load_config(project)
    late = DAY + timedelta(days=load_form(config, "event-registration").retention_days + 1)
    assert expire(config, late).document["forms"][SEAT] == {"deleted": 2, "waiting": 0}  # type: ignore[index]
