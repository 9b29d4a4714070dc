"""The desk: handing over, keys that open nothing, notices without a key, and what lies on the disk."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.care.case import State
from xinqiao.care.entry import Act, Entry
from xinqiao.cli import main
from xinqiao.config import Config, load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.desk import Desk, log_path, merge_log, open_desk
from xinqiao.flows.expire import expire
from xinqiao.flows.notices import notify
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.project import load_form, recipients
from xinqiao.flows.sitting import at_hand, sit_down
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store
from xinqiao.site.help_lines import REGISTRY, Kind, local, read_help_lines

MARKER = "这句话谁也不该看见"
NOTE = "记下的话也一样"
REFERRAL: Mapping[str, Any] = {
    "danger_now": "no", "level": "l1", "noticed": "today", "facts": ["withdrawn"], "words": MARKER,
    "who": "某同学", "company": "yes", "asked_consent": "agreed", "reporter": "class",
}  # fmt: skip
# A Wednesday, 12:07 in Beijing.
NOW = datetime(2026, 11, 18, 4, 7, 31, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def config(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    shutil.copy(root / "forms" / "referral.yml", tmp_path / "forms")
    config = load_config(tmp_path)
    for name in ("counsellor", "counsellor-zhou", "organiser", "recovery"):
        Keyring(config.keys_dir).create(name, None)
    return config


def put(config: Config, day: date = TODAY) -> str:
    form = load_form(config, "referral")
    sealed = seal(payload(form.id, form.version, Lang.ZH, REFERRAL), recipients(config, form)[0])
    with Store(config.store_path) as store:
        store.append([Envelope(id=envelope_id(sealed), form=form.id, received=day, sealed=sealed)])
    return envelope_id(sealed)


def hand_over(config: Config, to: str = "zhou") -> Desk:
    desk = open_desk(config, None)
    (case,), _ = desk.look()
    case = desk.write(case, Entry(act=Act.TAKEN, at=NOW, by="lin"))
    case = desk.write(case, Entry(act=Act.NOTED, at=NOW + timedelta(minutes=1), by="lin", words=NOTE))
    desk.write(case, Entry(act=Act.HANDED, at=NOW + timedelta(minutes=2), by="lin", to=to))
    return desk


def test_who_is_handed_a_case_reads_all_of_it_and_goes_on(config: Config) -> None:
    put(config)
    lin = hand_over(config)
    zhou = open_desk(config, None, "counsellor-zhou")
    assert zhou.me is not None and zhou.me.name == "zhou"
    (case,), others = zhou.look()
    assert others == 0
    assert case.submission.answers["words"] == MARKER
    assert NOTE in {entry.words for entry in case.entries}
    assert sorted(entry.act.value for entry in case.entries) == ["handed", "noted", "seen", "taken"]
    assert (case.state, case.holder) == (State.HANDED, "zhou")
    zhou.write(case, Entry(act=Act.TAKEN, at=NOW + timedelta(minutes=9), by="zhou"))
    (again,), _ = lin.look()
    assert (again.state, again.holder, len(again.entries)) == (State.TAKEN, "zhou", 5)


def test_nobody_elses_key_opens_anything(config: Config) -> None:
    put(config)
    open_desk(config, None).look()
    for key in ("counsellor-zhou", "organiser"):
        assert open_desk(config, None, key).look() == ((), 1)
    (found,), others = open_desk(config, None, "recovery").look()
    assert others == 0 and found.submission.answers["words"] == MARKER


def test_a_colleague_without_a_key_is_handed_nothing(config: Config) -> None:
    put(config)
    for file in config.keys_dir.glob("counsellor-zhou*"):
        file.unlink()
    with pytest.raises(XinqiaoError) as caught:
        hand_over(config)
    assert caught.value.problems[0].code == "colleague-keyless"
    (case,), _ = open_desk(config, None).look()
    assert case.state is State.TAKEN


def test_notices_need_no_key_and_stop_when_somebody_has_taken_it(config: Config) -> None:
    put(config)
    hidden = [(file, file.read_bytes()) for file in config.keys_dir.glob("*.key")]
    for file, _ in hidden:
        file.unlink()
    assert notify(config, NOW).document == {"waiting": 1, "notices": 1}
    assert notify(config, NOW + timedelta(minutes=5)).document == {"waiting": 1, "notices": 0}
    late = notify(config, NOW + timedelta(minutes=60))
    assert late.document == {"waiting": 1, "notices": 1}
    told = config.store_path.with_name("notices.txt").read_text("utf-8")
    assert "超过时限" in told and "周老师" in told and MARKER not in told
    for file, content in hidden:
        file.write_bytes(content)
    desk = open_desk(config, None)
    (case,), _ = desk.look()
    # The timer saw it first, and the inbox can prove it.
    assert case.came == NOW.replace(microsecond=0)
    desk.write(case, Entry(act=Act.TAKEN, at=NOW + timedelta(minutes=70), by="lin"))
    assert notify(config, NOW + timedelta(hours=9)).document == {"waiting": 0, "notices": 0}
    assert not config.store_path.with_name("waiting.json").exists()
    hand_over(config)
    assert notify(config, NOW + timedelta(hours=10)).document == {"waiting": 1, "notices": 1}


def test_a_notice_that_reaches_nobody_is_an_error_and_is_tried_again(config: Config) -> None:
    put(config)
    config.store_path.with_name("notices.txt").mkdir()
    for minutes in (0, 1):
        outcome = notify(config, NOW + timedelta(minutes=minutes))
        assert outcome.exit_code is ExitCode.OTHER_SYSTEM
        assert [one.code for one in outcome.problems] == ["notice-not-sent", "notice-nowhere"]


def test_on_the_disk_lie_no_answer_no_note_and_no_exact_time(config: Config) -> None:
    put(config)
    notify(config, NOW)
    hand_over(config)
    folder = config.store_path.parent
    seen = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    for words in (MARKER, NOTE, "某同学", "withdrawn", "zhou"):
        assert words.encode() not in seen.replace("周老师".encode(), b"")
    times = {found.decode() for found in re.findall(rb"\d\d:\d\d:\d\d", seen)}
    assert all(one[3:] in {"00:00", "15:00", "30:00", "45:00"} for one in times), times
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir() if file.is_file())


def test_a_log_from_another_machine_is_taken_over_once(config: Config, tmp_path: Path) -> None:
    put(config)
    notify(config, NOW)
    copy = tmp_path / "from-lin.db"
    hand_over(config)
    log_path(config).rename(copy)
    notify(config, NOW)
    assert merge_log(config, copy).document == {"entries": 7}
    assert merge_log(config, copy).document == {"entries": 0}
    (case,), _ = open_desk(config, None).look()
    assert case.state is State.HANDED
    with pytest.raises(XinqiaoError) as caught:
        merge_log(config, tmp_path / "none.db")
    assert caught.value.problems[0].code == "log-missing"


def test_what_is_deleted_from_the_store_leaves_the_case_log_too(config: Config) -> None:
    put(config)
    hand_over(config)
    assert log_path(config).stat().st_size > 10_000
    expire(config, NOW.date() + timedelta(days=366))
    assert open_desk(config, None).look() == ((), 0)
    assert open_desk(config, None, "counsellor-zhou").look() == ((), 0)
    assert b"age-encryption" not in log_path(config).read_bytes().split(b"CREATE TABLE")[0]


@pytest.mark.parametrize(
    ("args", "exit_code", "code"),
    [
        (["--notify", "--port", "8100"], ExitCode.USAGE, ""),
        (["--output", "list.csv"], ExitCode.USAGE, ""),
        (["--merge", "none.db"], ExitCode.USAGE, "log-missing"),
        (["--key", "nobody"], ExitCode.KEY, "key-missing"),
    ],
)
def test_what_does_not_go_together_is_refused(args: list[str], exit_code: ExitCode, code: str, config: Config) -> None:
    result = CliRunner().invoke(main, ["inbox", *args, "--project", str(config.root)])
    assert (result.exit_code, code in result.stderr) == (exit_code, True)


def test_without_a_roster_there_is_no_inbox(config: Config) -> None:
    path = config.root / "portal.toml"
    source = re.sub(r"\[\[roster\]\]\n(?:[a-z].*\n)+", "", path.read_text("utf-8"))
    path.write_text(source, "utf-8")
    for args in ([], ["--notify"]):
        result = CliRunner().invoke(main, ["inbox", *args, "--project", str(config.root)])
        assert result.exit_code == ExitCode.CONTENT and "inbox-no-roster" in result.stderr


def test_sitting_down_tells_an_address_that_nobody_guesses_and_what_lacks(
    config: Config, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinqiao.flows.sitting.serve", lambda *_: None)
    told: list[Outcome] = []
    sit_down(config, None, told.append)
    put(config)
    (config.root / REGISTRY).parent.mkdir(parents=True)
    shutil.copy(root / REGISTRY, config.root / REGISTRY)
    sit_down(config, None, told.append)
    found = [re.fullmatch(r"http://127\.0\.0\.1:\d+/([\w-]{43})/", str(one.document["inbox"])) for one in told]
    assert all(found) and len({one[1] for one in found if one}) == 2
    assert [[problem.code for problem in one.problems] for one in told] == [
        ["inbox-no-store", "inbox-no-numbers"],
        [],
    ]
    assert [one.document["waiting"] for one in told] == [0, 1]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(XinqiaoError) as caught:
            sit_down(config, None, told.append, port=taken.getsockname()[1])
    assert caught.value.problems[0].code == "port-taken"


def test_the_numbers_at_hand_are_those_of_the_register_with_the_day_of_its_oldest(config: Config, root: Path) -> None:
    assert at_hand(config) is None
    (config.root / REGISTRY).parent.mkdir(parents=True)
    shutil.copy(root / REGISTRY, config.root / REGISTRY)
    numbers = at_hand(config)
    lines = [line for line in local(read_help_lines(root)) if line.kind is not Kind.SUPPORT]
    assert numbers is not None and lines
    assert [(one.shown, one.dialled) for one in numbers.lines] == [(line.number, line.tel) for line in lines]
    assert numbers.checked_on == min(line.checked_on for line in lines)
    assert numbers.confirmed is all(line.confirmed for line in lines)
    (config.root / REGISTRY).write_text("- id: x\n", "utf-8")
    assert at_hand(config) is None
