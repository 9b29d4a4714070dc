"""An answer that is pulled and comes in its system's export too counts once, in whatever order."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import Config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.source import System
from xinqiao.flows.take import take as take_file
from xinqiao.intake.pull.wire import Call, Reply, Send

from .pulling import ALL, ANSWERS, answered, fetch, filled
from .systems import ADDRESS, AGENT, Fake, Kept, fake_of, iso

Cells = dict[str, str]


def kobo(one: Kept, given: Cells) -> Cells:
    told = {f"visit/{name}": cell for name, cell in given.items()}
    return told | {"_id": str(one.number), "_uuid": one.name, "_submission_time": iso(one.changed)[:19]}


def odk(one: Kept, given: Cells) -> Cells:
    told = {f"visit-{name}": cell for name, cell in given.items()}
    return {"SubmissionDate": iso(one.changed)} | told | {"KEY": one.name, "SubmitterName": AGENT, "DeviceID": "d"}


def limesurvey(one: Kept, given: Cells) -> Cells:
    chosen = given["topics"].split()
    topics = {f"topics[{name}]": "Y" if name in chosen else "" for name in ("listen", "refer")}
    own = {"id": str(one.number), "submitdate": f"{one.changed:%Y-%m-%d %H:%M:%S}", "lastpage": "1", "ipaddr": ADDRESS}
    return own | {"role": given["role"], **topics, "note": given["note"]}


def formbricks(one: Kept, given: Cells) -> Cells:
    own = {"No.": str(one.number), "Response ID": one.name, "Timestamp": f"{one.began:%Y-%m-%d %H:%M:%S}",
           "Finished": "Yes" if one.finished else "No", "Survey ID": "cSurvey", "User ID": AGENT,
           "userAgent - browser": AGENT}  # fmt: skip
    told = {"1. 身份": given["role"], "2. 内容": "; ".join(given["topics"].split()), "2. 内容 - Option ID": "x"}
    return own | told | {"3. 留言": given["note"]}


def wenjuanxing(one: Kept, given: Cells) -> Cells:
    at = one.changed + timedelta(hours=8)
    own = {"序号": str(one.number), "提交答卷时间": f"{at.year}/{at.month}/{at.day} {at.hour}:{at:%M:%S}",
           "来自IP": ADDRESS}  # fmt: skip
    told = {"1、身份": given["role"], "2、内容": given["topics"].replace(" ", "┋"), "3、留言": given["note"]}
    return own | {name: cell or "(空)" for name, cell in told.items()}


ROWS: dict[System, Callable[[Kept, Cells], Cells]] = {
    System.KOBO: kobo, System.ODK: odk, System.LIMESURVEY: limesurvey, System.FORMBRICKS: formbricks,
    System.WENJUANXING: wenjuanxing,
}  # fmt: skip
# By which column an export tells what the pull knows a row by.
NAMED = {
    System.KOBO: "_id", System.ODK: "KEY", System.LIMESURVEY: "id", System.FORMBRICKS: "Response ID",
    System.WENJUANXING: "序号",
}  # fmt: skip


def export(fake: Fake, system: System, folder: Path, without: str = "") -> Path:
    """The rows of a fake as its system exports them."""
    rows = []
    for one in fake.rows:
        given = {name: one.answers.get(name, "") for name in ("role", "topics", "note")}
        cells = {name: " ".join(cell) if isinstance(cell, list) else cell for name, cell in given.items()}
        rows.append({name: cell for name, cell in ROWS[system](one, cells).items() if name != without})
    file = folder / "export.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def take(project: Path, file: Path, *more: str) -> tuple[int, dict[str, Any]]:
    command = ["intake", "import", "feedback", str(file), *more, "--project", str(project), "--json"]
    result = CliRunner().invoke(main, command)
    return result.exit_code, json.loads(result.stdout)


def codes(document: dict[str, Any]) -> Sequence[str]:
    return [problem["code"] for problem in document["problems"]]


@pytest.mark.parametrize("system", ALL)
def test_what_was_pulled_is_known_in_the_export(system: System, connect: Callable[..., Config], project: Path) -> None:
    config, fake = connect(system), filled(system)
    assert fetch(config, fake).document["new"] == len(ANSWERS)
    fake.add({"role": "dorm"})
    code, document = take(project, export(fake, system, project), "--source", "away")
    assert (code, document["new"], document["known"]) == (ExitCode.DONE, 1, len(ANSWERS)), document["problems"]
    fake.add({"role": "class"})
    assert fetch(config, fake).document["new"] == 1
    assert take(project, export(fake, system, project), "--source", "away")[1]["new"] == 0
    assert answered(config) == sorted([*ANSWERS, {"role": "dorm"}, {"role": "class"}], key=str)


@pytest.mark.parametrize("system", ALL)
def test_what_came_in_the_export_is_known_to_the_pull(
    system: System, connect: Callable[..., Config], project: Path
) -> None:
    config, fake = connect(system), filled(system)
    mapping = project / "mapping.yml"
    mapping.write_text("source: away\n", encoding="utf-8")
    assert take(project, export(fake, system, project), "--mapping", str(mapping))[1]["new"] == len(ANSWERS)
    assert [fetch(config, fake).document["new"] for _ in range(2)] == [0, 0]
    # Known by each of its names, also where the source is not said.
    assert take(project, export(fake, system, project))[1]["new"] == 0
    assert len(answered(config)) == len(ANSWERS)


def cut_after(fake: Fake, requests: int) -> Send:
    """A fake of which no answer comes whole after so many requests."""
    first = len(fake.calls) + requests

    def send(call: Call) -> Reply:
        reply = fake(call)
        return reply if len(fake.calls) <= first else Reply(status=200, body=reply.body[:-9])

    return send


@pytest.mark.parametrize("system", ALL)
def test_in_whatever_order_the_ways_are_taken_each_answer_counts_once(
    system: System, connect: Callable[..., Config], project: Path
) -> None:
    config, fake = connect(system), fake_of(system, cap=2)
    chance = random.Random(system.value)  # noqa: S311 - repeatable, not secret
    people: list[dict[str, Any]] = []
    for _ in range(9):
        for _ in range(chance.randint(1, 3)):
            people.append({"role": "class", "topics": ["listen"], "note": str(len(people))})
            fake.add(people[-1])
        match chance.choice(["pull", "import", "broken"]):
            case "pull":
                fetch(config, fake)
            case "import":
                file = export(fake, system, project)
                assert take_file(config, "feedback", [file], lambda _: None, source="away").exit_code is ExitCode.DONE
            case "broken":
                with suppress(XinqiaoError):
                    fetch(config, cut_after(fake, chance.randint(1, 4)))
    fetch(config, fake)
    assert answered(config) == sorted(people, key=str)


def test_a_file_that_names_no_source_is_told_apart_from_what_was_pulled_by_word_only(
    connect: Callable[..., Config], project: Path
) -> None:
    config, fake = connect(System.KOBO), filled(System.KOBO)
    code, document = take(project, export(fake, System.KOBO, project))
    assert (code, codes(document)) == (ExitCode.DONE, ["import-source-unsaid"])
    assert "away" in document["problems"][0]["en"]
    # Once it is said, what came without a word is not doubled, and the pull knows it from then on.
    code, document = take(project, export(fake, System.KOBO, project), "--source", "away")
    assert (code, document["new"], codes(document)) == (ExitCode.DONE, 0, [])
    assert fetch(config, fake).document["new"] == 0


@pytest.mark.parametrize("system", ALL)
def test_an_export_without_the_systems_own_numbers_is_refused(
    system: System, connect: Callable[..., Config], project: Path
) -> None:
    config = connect(system)
    file = export(filled(system), system, project, without=NAMED[system])
    mapping = project / "mapping.yml"
    # Without its marks a file is of no system; here the person says of which.
    kinds = {System.KOBO: "odk"}
    drop = "[No., Survey ID, Timestamp, 提交答卷时间, 来自IP, SubmitterName, DeviceID]"
    mapping.write_text(f"system: {kinds.get(system, system.value)}\ndrop: {drop}\n", encoding="utf-8")
    code, document = take(project, file, "--source", "away", "--mapping", str(mapping))
    assert (code, codes(document)) == (ExitCode.ANSWERS, ["import-name-lacks"])
    assert answered(config) == []


def test_a_row_without_its_number_is_refused(connect: Callable[..., Config], project: Path) -> None:
    config, fake = connect(System.KOBO), filled(System.KOBO)
    file = export(fake, System.KOBO, project)
    file.write_text(file.read_text("utf-8-sig").replace(f",{fake.rows[1].number},row", ",,row"), encoding="utf-8")
    code, document = take(project, file, "--source", "away")
    assert (code, codes(document)) == (ExitCode.ANSWERS, ["import-rows-nameless"])
    assert "Row 2 " in document["problems"][0]["en"]
    assert answered(config) == []


@pytest.mark.parametrize(
    ("source", "code"), [("awey", "pull-source-unknown"), ("away", "import-source-form")], ids=["unknown", "other-form"]
)
def test_a_source_that_is_none_of_the_form_is_refused(
    source: str, code: str, connect: Callable[..., Config], project: Path
) -> None:
    connect(System.KOBO, form="phq9")
    exit_code, document = take(project, export(filled(System.KOBO), System.KOBO, project), "--source", source)
    assert (exit_code, codes(document)) == (ExitCode.USAGE, [code])


def test_a_number_that_a_system_gives_again_after_it_was_cleared_is_another_answer(
    connect: Callable[..., Config], project: Path
) -> None:
    config, system = connect(System.WENJUANXING), System.WENJUANXING
    assert fetch(config, filled(system)).document["new"] == len(ANSWERS)
    cleared = fake_of(system)
    cleared.now += timedelta(days=1)
    cleared.add({"role": "dorm"})
    assert take(project, export(cleared, system, project), "--source", "away")[1]["new"] == 1
