"""The receiver as portal.toml has it: its limits, what changes while it runs, backups and merging by command."""

from __future__ import annotations

import http.client
import json
import shutil
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.limits import PER_DAY
from xinqiao.core.occasion import BEIJING
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.intake import doors, fresh_doors, receiver
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake import receiver as receiver_module
from xinqiao.intake.keys import Keyring
from xinqiao.intake.receiver import running
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store

FORM = "question-box"
LIMITS = """
[intake]
per_day = 500
per_minute = 90
address_header = "X-Real-IP"
[intake.forms.question-box]
opens = 2026-09-01
closes = 2026-09-30T18:00:00
per_day = 50
"""


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    for name in ("referral", FORM):
        shutil.copy(root / "forms" / f"{name}.yml", tmp_path / "forms")
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("counsellor", "recovery"):
        ring.create(name, None)
    return tmp_path


def add(project: Path, settings: str) -> None:
    """In place of the table that portal.toml comes with."""
    file = project / "portal.toml"
    before, _, after = file.read_text(encoding="utf-8").partition("[intake]\n")
    rest = after.partition("\n\n")[2]
    file.write_text(f"{before}{settings}\n{rest}", encoding="utf-8")


def sealed(project: Path, form: str = FORM) -> bytes:
    config = load_config(project)
    return seal(payload(form, 1, Lang.ZH, {}), recipients(config, load_form(config, form))[0])


def put(project: Path, count: int) -> None:
    day = date(2026, 5, 20)
    with Store(load_config(project).store_path) as store:
        for content in (sealed(project) for _ in range(count)):
            store.append([Envelope(id=envelope_id(content), form=FORM, received=day, sealed=content)])


def run(project: Path, *args: str) -> Any:
    return CliRunner().invoke(main, ["intake", *args, "--project", str(project)])


def test_limits_come_from_the_settings(project: Path) -> None:
    add(project, LIMITS)
    config = load_config(project)
    assert (config.intake.per_minute, config.intake.address_header) == (90, "X-Real-IP")
    here = doors(config)
    own = here[FORM].limits
    assert (own.opens, own.closes) == (
        datetime(2026, 9, 1, tzinfo=BEIJING),
        datetime(2026, 9, 30, 18, tzinfo=BEIJING),
    )
    assert (own.per_day, here["referral"].limits.per_day) == (50, 500)
    assert here["referral"].limits.closes is None


def test_without_settings_limits_are_generous(project: Path) -> None:
    assert doors(load_config(project))[FORM].limits.per_day == PER_DAY >= 10_000


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("[intake]\nper_dya = 5\n", "config-key-unknown: .*per_day"),
        ("[intake.forms.referral]\nopen = 2026-09-01\n", "config-key-unknown: .*opens"),
        ("[intake]\nper_day = 0\n", "config-value"),
        ("[intake]\naddress_header = 'X Real'\n", "config-value"),
        ("[intake.forms.referral]\ncloses = 'Friday'\n", "config-value: .*2026-09-01"),
    ],
)
def test_settings_that_cannot_be_meant_are_told(settings: str, code: str, project: Path) -> None:
    add(project, settings)
    with pytest.raises(XinqiaoError, match=code):
        load_config(project)


def test_a_limit_for_a_form_that_is_not_there_is_told(project: Path) -> None:
    add(project, "[intake.forms.question-bxo]\nper_day = 5\n")
    with pytest.raises(XinqiaoError, match=r"intake-form-unknown.*question-box") as error:
        doors(load_config(project))
    assert error.value.exit_code is ExitCode.CONTENT


def test_what_changes_is_told_once(project: Path) -> None:
    fresh = fresh_doors(load_config(project))
    assert fresh() is None
    (project / "forms" / "referral.yml").unlink()
    found = fresh()
    assert found is not None
    assert set(found) == {FORM}
    assert fresh() is None
    add(project, "[intake.forms.question-box]\nper_day = 7\n")
    found = fresh()
    assert found is not None
    assert found[FORM].limits.per_day == 7
    (project / "forms" / f"{FORM}.yml").write_text("nothing: at all\n")
    with pytest.raises(XinqiaoError):
        fresh()
    assert fresh() is None


def ask(address: str, content: bytes, form: str) -> int:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request("POST", f"/submit/{form}", content, {"Content-Type": "application/octet-stream"})
    status = connection.getresponse().status
    connection.close()
    return status


def wait_for(status: int, address: str, content: bytes, form: str) -> None:
    for _ in range(200):
        if ask(address, content, form) == status:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {status} came")


def test_a_receiver_takes_new_forms_without_a_new_start(
    project: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(receiver_module, "FRESH_SECONDS", 0.05)
    file = project / "forms" / "referral.yml"
    content, written = sealed(project, "referral"), file.read_text(encoding="utf-8")
    file.unlink()
    with running(receiver(load_config(project)), "127.0.0.1", 0) as address:
        assert ask(address, content, "referral") == 404
        file.write_text(written, encoding="utf-8")
        wait_for(201, address, content, "referral")
        for path, kind in ((file, "form-"), (project / "portal.toml", "UnicodeDecodeError")):
            caplog.clear()
            whole = path.read_bytes()
            path.write_bytes(b"nothing: \xff\n")
            for _ in range(200):
                if "forms were not read anew" in caplog.text:
                    break
                time.sleep(0.02)
            assert kind in caplog.text
            assert ask(address, content, "referral") == 201
            path.write_bytes(whole)
        file.unlink()
        wait_for(404, address, content, "referral")
    assert "forms were not read anew" in caplog.text


def test_a_backup_and_its_merging_by_command(project: Path, tmp_path: Path) -> None:
    put(project, 3)
    copy = tmp_path / "copy.db"
    done = run(project, "backup", str(copy), "--json")
    assert (done.exit_code, json.loads(done.stdout)["envelopes"]) == (0, 3)
    again = run(project, "backup", str(copy))
    assert again.exit_code == ExitCode.USAGE
    assert "backup-exists" in again.stderr
    store = load_config(project).store_path
    for side in store.parent.glob("store.db*"):
        side.unlink()
    put(project, 1)
    done = run(project, "merge", str(copy), "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (
        0, {"new": 3, "known": 0, "damaged": 0, "problems": []}
    )  # fmt: skip
    assert json.loads(run(project, "list", "--json").stdout)["forms"] == {FORM: 4}
    assert "merge-unusable" in run(project, "merge", str(project / "portal.toml")).stderr


def test_what_was_damaged_in_a_backup_is_told(project: Path, tmp_path: Path) -> None:
    put(project, 2)
    copy = tmp_path / "copy.db"
    run(project, "backup", str(copy))
    whole = copy.read_bytes()
    with Store(load_config(project).store_path) as store:
        tail = next(iter(store.envelopes(FORM)))[1].sealed[-40:]
    assert whole.count(tail) == 1
    copy.write_bytes(whole.replace(tail, bytes(40)))
    for side in load_config(project).store_path.parent.glob("store.db*"):
        side.unlink()
    done = run(project, "merge", str(copy), "--json")
    assert json.loads(done.stdout)["new"] == 1
    assert "merge-damaged" in done.stderr
    assert done.exit_code == ExitCode.DONE
