"""Answers of other systems come in sealed, once each, without address, agent, device or time of day."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import Config, load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Submission
from xinqiao.core.source import System
from xinqiao.core.text import Lang
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.pull import pull_source
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.pull.wire import Call, Reply, Send
from xinqiao.intake.store import Store

from .systems import ADDRESS, SECRETS, TRACES, Fake, fake_of, served, source_of

TODAY = date(2026, 5, 20)
MARKER = "这句话谁也不该看见 nobody may see this"
FORM = """\
settings: {form_id: feedback, version: 2, purpose: survey, title: {zh: 反馈, en: Feedback}}
survey:
  - {type: begin_group, name: visit, label: {zh: 这一次, en: This visit}}
  - {type: select_one role, name: role, label: {zh: 身份, en: Role}}
  - {type: select_multiple topics, name: topics, label: {zh: 内容, en: Topics}}
  - {type: text, name: note, label: {zh: 留言, en: Note}, role: free-text}
  - {type: end_group}
choices:
  role: [{name: class, label: {zh: 班级, en: Class}}, {name: dorm, label: {zh: 宿舍, en: Dormitory}}]
  topics: [{name: listen, label: {zh: 倾听, en: Listening}}, {name: refer, label: {zh: 转介, en: Referral}}]
consent: {zh: 同意, en: I agree}
seal_to: [aggregation, recovery]
retention: {days: 365}
"""
ANSWERS: list[dict[str, Any]] = [
    {"role": "class", "topics": ["listen", "refer"], "note": MARKER},
    {"role": "dorm", "topics": ["refer"], "note": "第一行\n第二行"},
    {"role": "class"},
]
ALL = list(System)


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "feedback.yml").write_text(FORM, encoding="utf-8")
    shutil.copy(root / "forms" / "phq9.yml", tmp_path / "forms")
    shutil.copy(root / "portal.toml", tmp_path)
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    return tmp_path


@pytest.fixture
def connect(root: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Config]:
    """Writes a source into portal.toml and its secret into the environment."""

    def write(system: System, address: str = "https://forms.example.edu", **other: str) -> Config:
        known = source_of(system)
        settings = {"system": system.value, "address": address, "remote": known.remote, "form": known.form} | other
        lines = [f'{name} = "{value}"' for name, value in settings.items()]
        columns = ", ".join(f'{name} = "{there}"' for name, there in known.columns.items())
        table = "\n".join(["\n[sources.away]", *lines, *([f"columns = {{ {columns} }}"] if columns else [])])
        (project / "portal.toml").write_text((root / "portal.toml").read_text("utf-8") + table + "\n", encoding="utf-8")
        monkeypatch.setenv("XINQIAO_SOURCE_AWAY", SECRETS[system])
        return load_config(project)

    return write


def fetch(config: Config, send: Send, name: str = "away") -> Outcome:
    return pull_source(config, name, lambda _: None, send=send, pause=lambda _: None, today=lambda: TODAY)


def refusal(config: Config, send: Send) -> tuple[str, ExitCode]:
    with pytest.raises(XinqiaoError) as caught:
        fetch(config, send)
    (problem,) = caught.value.problems
    assert all(secret not in str(caught.value) for secret in SECRETS.values())
    return problem.code, caught.value.exit_code


def opened(config: Config, form: str = "feedback") -> tuple[Submission, ...]:
    identity = Keyring(config.keys_dir).unlock("aggregation", None)
    with Store(config.store_path) as store:
        found = open_envelopes((envelope for _, envelope in store.envelopes(form)), identity, form)
    assert found.rejected == {}
    return found.submissions


def answered(config: Config) -> list[dict[str, Any]]:
    plain = [
        {name: list(v) if isinstance(v, tuple) else v for name, v in one.answers.items()} for one in opened(config)
    ]
    return sorted(plain, key=str)


def filled(system: System, rows: list[dict[str, Any]] = ANSWERS) -> Fake:
    fake = fake_of(system, cap=2)
    for row in rows:
        fake.add(row)
    return fake


@pytest.mark.parametrize("system", ALL)
def test_what_was_answered_there_comes_in_once_over_http(
    system: System, connect: Callable[..., Config], project: Path
) -> None:
    fake = filled(system)
    with served(fake) as address:
        config = connect(system, address)
        results = [CliRunner().invoke(main, ["intake", "pull", "away", "--json", "--project", str(project)])]
        fake.add({"role": "dorm"})
        results += [CliRunner().invoke(main, ["intake", "pull", "away", "--json", "--project", str(project)])]
    assert [result.exit_code for result in results] == [0, 0], [result.output for result in results]
    assert [json.loads(result.stdout)["new"] for result in results] == [3, 1]
    assert answered(config) == sorted([*ANSWERS, {"role": "dorm"}], key=str)
    assert {one.form_version for one in opened(config)} == {2}


@pytest.mark.parametrize("system", ALL)
def test_the_store_tells_nothing_of_the_sender_and_nothing_of_the_answer(
    system: System, connect: Callable[..., Config]
) -> None:
    config = connect(system)
    fake = filled(system)
    fetch(config, fake)
    files = [path for path in config.private_dir.rglob("*") if path.is_file() and config.keys_dir not in path.parents]
    assert {"store.db", "arrivals.key"} <= {path.name for path in files}
    assert all(path.stat().st_mode & 0o077 == 0 for path in files if path.name != "port")
    whole = b"".join(path.read_bytes() for path in files)
    moments = [f"{one.changed:{sign}}" for one in fake.rows for sign in ("%H:%M", "%H%M%S")]
    names = [one.name for one in fake.rows] + [f"{7_000_000 + one.number}" for one in fake.rows]
    for trace in (*TRACES, MARKER, "第一行", SECRETS[system], "10.0.0", "example.org", *moments, *names):
        assert trace.encode() not in whole, trace
    assert {one.received for one in opened(config)} <= {date(2026, 5, 18), date(2026, 5, 19)}


def test_the_language_it_was_answered_in_comes_along(connect: Callable[..., Config]) -> None:
    config = connect(System.FORMBRICKS)
    fetch(config, filled(System.FORMBRICKS))
    assert {one.lang for one in opened(config)} == {Lang.EN}


def test_labels_are_taken_for_the_choices_that_have_them(connect: Callable[..., Config]) -> None:
    config = connect(System.FORMBRICKS)
    rows = [{"role": "班级", "topics": ["Listening", "转介"]}, {"role": "Somewhere else"}]
    fetch(config, filled(System.FORMBRICKS, rows))
    assert answered(config) == [{"role": "Somewhere else"}, {"role": "class", "topics": ["listen", "refer"]}]


@pytest.mark.parametrize("system", ALL)
def test_an_empty_form_there_is_no_fault(system: System, connect: Callable[..., Config]) -> None:
    outcome = fetch(connect(system), fake_of(system))
    assert (outcome.document["read"], outcome.document["new"]) == (0, 0)


def always(status: int, body: str) -> Callable[[Send], Send]:
    return lambda _: lambda _: Reply(status=status, body=body.encode())


def cut(send: Send) -> Send:
    def short(call: Call) -> Reply:
        reply = send(call)
        return Reply(status=reply.status, body=reply.body[: len(reply.body) // 2])

    return short


BAD: Mapping[str, tuple[Callable[[Send], Send], str]] = {
    "html": (always(200, "<!doctype html><title>Login</title>"), "pull-not-json"),
    "moved": (always(301, ""), "pull-moved"),
    "gone": (always(404, "{}"), "pull-not-found"),
    "denied": (always(403, "{}"), "pull-not-allowed"),
    "refused": (always(501, "{}"), "pull-refused"),
    "busy": (always(503, "<html>busy</html>"), "pull-busy"),
    "cut": (cut, "pull-cut"),
    "nothing": (always(200, ""), "pull-cut"),
    "other": (always(200, "[]"), "pull-shape"),
    "null": (always(200, "null"), "pull-shape"),
    "deep": (always(200, "[" * 100_000 + "]" * 100_000), "pull-shape"),
}


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("system", ALL)
def test_what_goes_wrong_there_is_one_clear_message_and_loses_nothing(
    system: System, fault: str, connect: Callable[..., Config]
) -> None:
    config, fake = connect(system), filled(system)
    spoilt, code = BAD[fault]
    assert refusal(config, spoilt(fake)) == (code, ExitCode.OTHER_SYSTEM)
    assert fetch(config, fake).document["new"] == len(ANSWERS)
    assert refusal(config, spoilt(fake)) == (code, ExitCode.OTHER_SYSTEM)
    assert fetch(config, fake).document["new"] == 0
    assert len(opened(config)) == len(ANSWERS)


@pytest.mark.parametrize("system", ALL)
def test_a_wrong_secret_is_told_as_such(
    system: System, connect: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, fake = connect(system), filled(system)
    monkeypatch.setenv("XINQIAO_SOURCE_AWAY", "wrong:secret")
    # Wenjuanxing says in words only that something is amiss, with status 200.
    code = "pull-error" if system is System.WENJUANXING else "pull-not-allowed"
    assert refusal(config, fake) == (code, ExitCode.OTHER_SYSTEM)


@pytest.mark.parametrize("system", [System.LIMESURVEY, System.WENJUANXING])
def test_an_error_with_status_200_is_an_error(system: System, connect: Callable[..., Config]) -> None:
    code = {System.LIMESURVEY: "pull-not-found", System.WENJUANXING: "pull-error"}[system]
    assert refusal(connect(system, remote="111111"), filled(system)) == (code, ExitCode.OTHER_SYSTEM)


@pytest.mark.parametrize("system", ALL)
def test_a_cursor_of_another_form_is_refused_and_nothing_fetched(
    system: System, connect: Callable[..., Config]
) -> None:
    fake = filled(system)
    fetch(connect(system), fake)
    asked = len(fake.calls)
    config = connect(system, remote=f"{source_of(system).remote}0")
    assert refusal(config, fake) == ("pull-cursor-foreign", ExitCode.OTHER_SYSTEM)
    assert len(fake.calls) == asked
    assert fetch(connect(system), fake).document["new"] == 0


@pytest.mark.parametrize("system", ALL)
def test_a_server_may_move_to_another_address(system: System, connect: Callable[..., Config]) -> None:
    fake = filled(system)
    fetch(connect(system), fake)
    assert fetch(connect(system, address="https://moved.example.edu/under"), fake).document["new"] == 0


def test_another_forms_rows_are_not_taken(connect: Callable[..., Config]) -> None:
    config = connect(System.KOBO)
    fake = filled(System.KOBO, [{"anything": "else"}])
    assert refusal(config, fake) == ("pull-form-differs", ExitCode.ANSWERS)
    assert opened(config) == ()


def test_what_cannot_be_kept_is_counted_and_stops_nothing(connect: Callable[..., Config]) -> None:
    config = connect(System.ODK)
    fake = filled(System.ODK, [*ANSWERS, {"note": "x" * 70_000}, {"note": "\ud83d"}])
    outcome = fetch(config, lambda call: _escaped(fake, call))
    assert outcome.document["new"] == len(ANSWERS)
    assert outcome.document["aside"] == {"answers-too-long": 1, "pull-unwritable": 1}
    assert [problem.code for problem in outcome.problems] == ["pull-aside", "pull-aside"]
    assert answered(config) == sorted(ANSWERS, key=str)


def _escaped(fake: Fake, call: Call) -> Reply:
    status, content = fake.answer(call)
    return Reply(status=status, body=json.dumps(content).encode())


def test_fewer_rows_than_are_told_of_move_nothing(connect: Callable[..., Config]) -> None:
    config, fake = connect(System.ODK), filled(System.ODK)

    def capped(call: Call) -> Reply:
        status, content = fake.answer(call)
        content.pop("@odata.nextLink", None)
        return Reply(status=status, body=json.dumps(content).encode())

    assert refusal(config, capped) == ("pull-incomplete", ExitCode.OTHER_SYSTEM)
    assert fetch(config, fake).document["new"] == len(ANSWERS)


def test_the_secret_is_asked_for_by_its_variable(
    connect: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = connect(System.KOBO)
    monkeypatch.delenv("XINQIAO_SOURCE_AWAY")
    with pytest.raises(XinqiaoError, match="XINQIAO_SOURCE_AWAY") as caught:
        fetch(config, filled(System.KOBO))
    assert caught.value.exit_code is ExitCode.USAGE


def test_an_unknown_source_names_the_nearest(connect: Callable[..., Config]) -> None:
    config = connect(System.KOBO)
    with pytest.raises(XinqiaoError, match="“away”"):
        fetch(config, filled(System.KOBO), "awey")


def test_columns_name_questions_of_the_form(connect: Callable[..., Config], project: Path) -> None:
    connect(System.KOBO)
    path = project / "portal.toml"
    path.write_text(path.read_text("utf-8") + 'columns = { rolle = "q1" }\n', encoding="utf-8")
    assert refusal(load_config(project), filled(System.KOBO)) == ("name-unknown", ExitCode.CONTENT)


@pytest.mark.parametrize("system", [System.ODK, System.LIMESURVEY])
def test_a_session_is_ended_also_where_the_pull_fails(system: System, connect: Callable[..., Config]) -> None:
    fake = filled(system)
    with pytest.raises(XinqiaoError):
        fetch(connect(system, remote="9/other" if system is System.ODK else "111111"), fake)
    last = fake.calls[-1]
    assert last.method == "DELETE" or "release_session_key" in str(last.content)


@pytest.fixture
def recorded(real_data: Path) -> Iterator[tuple[Send, list[dict[str, Any]]]]:
    """ODK Central as it once answered: three pages, each link naming a host of its own."""
    folder = real_data.parent / "real-forms" / "odk_recorded"
    if not folder.is_dir():
        pytest.skip("the recorded exchanges are not beside this repository")
    kept = {file.name.partition(".")[0]: json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")}
    pages = {}
    for name in ("dpage1", "dpage2", "dpage3"):
        query = parse_qs(urlsplit(kept[name]["request"]["url"]).query)
        pages[query.get("$skiptoken", [""])[0]] = kept[name]["body"].encode()

    def send(call: Call) -> Reply:
        if call.url.endswith("/v1/sessions"):
            return Reply(status=200, body=b'{"token": "t"}')
        if call.method == "DELETE":
            return Reply(status=200, body=b"{}")
        if call.headers.get("Authorization") != "Bearer t":
            return Reply(status=kept["unauth"]["status"], body=kept["unauth"]["body"].encode())
        assert urlsplit(call.url).netloc == "forms.example.edu"
        return Reply(status=200, body=pages[call.query.get("$skiptoken", "")])

    rows = [row for body in pages.values() for row in json.loads(body)["value"]]
    yield send, rows


def test_recorded_exchanges_of_odk_central_replay(
    recorded: tuple[Send, list[dict[str, Any]]], connect: Callable[..., Config]
) -> None:
    send, rows = recorded
    config = connect(System.ODK, form="phq9", remote="1/phq9")
    found = [pull_source(config, "away", lambda _: None, send=send).document for _ in range(2)]
    assert [(one["read"], one["new"]) for one in found] == [(len(rows), len(rows)), (len(rows), 0)]
    asked = [f"phq9_{number}" for number in range(1, 10)]
    there = sorted([row[name] for name in asked] for row in rows)
    assert sorted([one.answers[name] for name in asked] for one in opened(config, "phq9")) == there
    assert {one.received for one in opened(config, "phq9")} <= {date(2026, 11, 21), date(2026, 11, 22)}
    whole = b"".join(path.read_bytes() for path in config.private_dir.glob("store.db*"))
    assert b"a@example.org" not in whole and b"uuid:" not in whole and ADDRESS.encode() not in whole
