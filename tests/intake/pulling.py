"""A portal that pulls from a fake of another system, and what came into its store."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xinqiao.config import Config, load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Submission
from xinqiao.core.source import System
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.pull import pull_source
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.pull.wire import Send
from xinqiao.intake.store import Store

from .systems import SECRETS, Fake, fake_of, source_of

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


def opened(config: Config, form: str = "feedback", key: str = "aggregation") -> tuple[Submission, ...]:
    identity = Keyring(config.keys_dir).unlock(key, None)
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
