"""Answers of other systems come in sealed, once each, without address, agent, device or time of day."""

from __future__ import annotations

import base64
import json
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
from xinqiao.core.source import System
from xinqiao.core.text import Lang
from xinqiao.flows.pull import pull_source, pull_sources
from xinqiao.intake.pull.wire import Call, Reply, Send

from .pulling import ALL, ANSWERS, FORM, MARKER, answered, fetch, filled, opened, refusal
from .systems import ADDRESS, SECRETS, TRACES, Fake, fake_of, served, source_of


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
    said = "".join(result.output for result in results)
    assert [
        trace for trace in (*TRACES, MARKER, *SECRETS[system].split(":"), "row-0000", "23:40") if trace in said
    ] == []
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
    # Nor does what was sealed.
    inside = json.dumps([dict(one.answers) for one in opened(config)])
    assert [trace for trace in (*TRACES, SECRETS[system], *moments, *names) if trace in inside] == []


def test_the_language_it_was_answered_in_comes_along(connect: Callable[..., Config]) -> None:
    config = connect(System.FORMBRICKS)
    fetch(config, filled(System.FORMBRICKS))
    assert {one.lang for one in opened(config)} == {Lang.EN}


def test_labels_are_taken_for_the_choices_that_have_them(connect: Callable[..., Config]) -> None:
    config = connect(System.FORMBRICKS)
    rows = [{"role": "班级", "topics": ["Listening", "转介"]}, {"role": "Somewhere else"}]
    fetch(config, filled(System.FORMBRICKS, rows))
    assert answered(config) == [{"role": "Somewhere else"}, {"role": "class", "topics": ["listen", "refer"]}]


NUMBERED_FORM = """\
settings: {form_id: feedback, version: 1, purpose: survey, title: {zh: 反馈, en: Feedback}}
survey:
  - {type: select_one often, name: low, label: {zh: 情绪低落, en: Feeling down}}
  - {type: select_multiple often or_other, name: some, label: {zh: 多选, en: Several}}
  - {type: text, name: words, label: {zh: 留言, en: Words}, role: free-text}
choices:
  often: [{name: "0", label: {zh: 没有, en: Not at all}}, {name: "1", label: {zh: 几天, en: Some days}}]
consent: {zh: 同意, en: I agree}
seal_to: [aggregation, recovery]
retention: {days: 365}
"""


@pytest.mark.parametrize(
    ("mode", "told", "answers"),
    [
        ("text", {"a": "没有", "b": "几天┋其他〖读书┋电影〗", "c": "一┋二〖三〗"},
         {"low": "0", "some": ["1", "other"], "some_other": "读书┋电影", "words": "一┋二〖三〗"}),
        # A place in the list is not the name of another choice.
        ("text", {"a": "1", "b": "1┋2", "c": "1"}, {"low": "?", "some": ["?", "2"], "words": "1"}),
        ("code", {"a": "1", "b": "1,2", "c": "1,2"}, {"low": "0", "some": ["0", "1"], "words": "1,2"}),
        ("code", {"a": "-3", "b": "2", "c": "-2"}, {"some": ["1"], "words": "-2"}),
    ],
    ids=["text", "text-with-places", "code", "code-skipped"],
)  # fmt: skip
def test_a_choice_is_told_by_words_or_by_its_place_as_portal_toml_says(
    mode: str, told: dict[str, str], answers: dict[str, Any], connect: Callable[..., Config], project: Path
) -> None:
    (project / "forms" / "feedback.yml").write_text(NUMBERED_FORM, encoding="utf-8")
    connect(System.WENJUANXING)
    path = project / "portal.toml"
    head, _, _ = path.read_text("utf-8").rpartition("columns")
    columns = 'columns = { low = "2", some = "3", words = "4" }'
    path.write_text(f'{head}{columns}\nmode = "{mode}"\n', encoding="utf-8")
    fetch(load_config(project), filled(System.WENJUANXING, [told]))
    assert answered(load_config(project)) == [answers]


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
    "error-in-200": (always(200, '{"error": "no such form", "detail": "x", "data": null}'), "pull-shape"),
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


# From which request on: ODK and LimeSurvey begin with a session, and LimeSurvey has one page only.
LATER = {System.KOBO: (2, 3), System.ODK: (2, 3, 4), System.LIMESURVEY: (2,), System.FORMBRICKS: (2, 3)}


@pytest.mark.parametrize(("system", "first"), [(one, at) for one in ALL for at in LATER.get(one, (2, 3, 5))])
def test_pages_that_are_cut_from_some_request_on_double_nothing_and_lose_nothing(
    system: System, first: int, connect: Callable[..., Config]
) -> None:
    people = [{"role": "class", "topics": ["listen"], "note": str(at)} for at in range(7)]
    config, fake = connect(system), filled(system, people)
    asked = 0

    def breaking(call: Call) -> Reply:
        nonlocal asked
        asked += 1
        reply = fake(call)
        return reply if asked < first else Reply(status=200, body=reply.body[: len(reply.body) // 2])

    assert refusal(config, breaking) == ("pull-cut", ExitCode.OTHER_SYSTEM)
    fetch(config, fake)
    assert answered(config) == sorted(people, key=str)


def test_an_export_of_limesurvey_that_is_cut_before_it_was_wrapped_is_cut(connect: Callable[..., Config]) -> None:
    config, fake = connect(System.LIMESURVEY), filled(System.LIMESURVEY)

    def short(call: Call) -> Reply:
        _, content = fake.answer(call)
        if "export_responses" in str(call.content):
            raw = base64.b64decode(content["result"])
            content["result"] = base64.b64encode(raw[: len(raw) // 2]).decode()
        return Reply(status=200, body=json.dumps(content).encode())

    assert refusal(config, short) == ("pull-cut", ExitCode.OTHER_SYSTEM)
    assert fetch(config, fake).document["new"] == len(ANSWERS)


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


def test_without_a_name_all_sources_are_fetched_and_one_that_fails_stops_no_other(
    connect: Callable[..., Config], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(System.KOBO)
    path = project / "portal.toml"
    more = '[sources.away]\nsystem = "kobo"\naddress = "https://forms.example.edu"\nremote = "aKobo"\n'
    for name in ("broken", "later"):
        other = more.replace("away", name).replace("aKobo", "aGone" if name == "broken" else "aKobo")
        path.write_text(f'{path.read_text("utf-8")}\n{other}form = "feedback"\n', encoding="utf-8")
        monkeypatch.setenv(f"XINQIAO_SOURCE_{name.upper()}", SECRETS[System.KOBO])
    fake, said = filled(System.KOBO), list[str]()
    config = load_config(project)
    outcome = pull_sources(config, (), said.append, send=fake, pause=lambda _: None)
    told = outcome.document["sources"]
    assert isinstance(told, list)
    assert [(one["source"], one.get("new")) for one in told] == [("away", 3), ("broken", None), ("later", 3)]
    assert [problem.code for problem in outcome.problems] == ["pull-not-found", "pull-not-all"]
    assert outcome.exit_code is ExitCode.OTHER_SYSTEM
    assert said[0] == "away: …" and "away: 3 份已读 read, 3 份新 new" in said
    (project / "portal.toml").write_text((project / "portal.toml").read_text("utf-8").partition("[sources")[0], "utf-8")
    with pytest.raises(XinqiaoError, match="pull-source-none"):
        pull_sources(load_config(project), (), said.append, send=fake)


def test_questions_that_none_of_the_new_answers_has_are_told(connect: Callable[..., Config], project: Path) -> None:
    config = connect(System.KOBO)
    fake = filled(System.KOBO, [{"role": "class"}] * 19)
    # In a few answers that is chance.
    assert fetch(config, fake).problems == ()
    for _ in range(20):
        fake.add({"role": "class"})
    (problem,) = fetch(config, fake).problems
    assert (problem.code, problem.params["fields"]) == ("pull-question-absent", "topics, note")


@pytest.mark.parametrize("system", ALL)
def test_a_required_question_that_was_changed_there_stops_the_pull(
    system: System, connect: Callable[..., Config], project: Path
) -> None:
    path = project / "forms" / "feedback.yml"
    path.write_text(FORM.replace("name: role,", "name: role, required: true,", 1), encoding="utf-8")
    config, fake = connect(system), fake_of(system)
    for at in range(7):
        fake.add({"role": "class", "topics": ["listen"], "note": str(at)})
    assert fetch(config, fake).document["new"] == 7
    changed = [{"other" if name == "role" else name: told for name, told in one.answers.items()} for one in fake.rows]
    if system is System.WENJUANXING:
        # There a question that is gone leaves a number that nobody answers.
        changed = [{**one.answers, "role": "(跳过)"} for one in fake.rows]
    for answers in changed:
        fake.add(answers)
    assert refusal(config, fake) == ("pull-question-lacks", ExitCode.ANSWERS)
    assert len(opened(config)) == 7
    path.write_text(FORM, encoding="utf-8")
    assert fetch(config, fake).document["new"] == 7
    assert len(opened(config)) == 14


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
