"""A portal with keys, envelopes that came in, and the desk of a counsellor."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from xinqiao.care.case import Case
from xinqiao.care.entry import Act, Entry
from xinqiao.config import Config, load_config
from xinqiao.core.form import Form
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.desk import Desk
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store

MARKER = "这句话谁也不该看见"
REFERRAL: Mapping[str, Any] = {
    "danger_now": "no", "level": "l2", "noticed": "today", "facts": ["withdrawn", "sleep_food"], "words": MARKER,
    "who": "某同学", "company": "yes", "asked_consent": "agreed", "reporter": "class", "contact": "班长的电话",
}  # fmt: skip
QUESTION: Mapping[str, Any] = {
    "topic": "sleep", "question": "考试前总是睡不着，越想睡越清醒，怎么办？", "publish": "yes", "reply": "no",
}  # fmt: skip
KEYS = ("aggregation", "counsellor", "counsellor-zhou", "organiser", "recovery")


@dataclass(frozen=True)
class Portal:
    """A demonstration of its own; `put` stores a sealed answer as a receiver would."""

    config: Config
    forms: Mapping[str, Form]

    def put(self, form_id: str, answers: Mapping[str, Any], day: date | None = None, lang: Lang = Lang.ZH) -> str:
        form = self.forms[form_id]
        sealed = seal(payload(form.id, form.version, lang, answers), recipients(self.config, form)[0])
        day = day or datetime.now(UTC).date()
        envelope = Envelope(id=envelope_id(sealed), form=form.id, received=day, sealed=sealed)
        with Store(self.config.store_path) as store:
            store.append([envelope])
        return envelope.id

    def desk(self, key: str = "") -> Desk:
        key = key or "counsellor"
        identity = Keyring(self.config.keys_dir).unlock(key, None)
        assert self.config.duty is not None
        return Desk(config=self.config, duty=self.config.duty, forms=self.forms, key=key, identity=identity)

    def case(self, envelope: str, key: str = "") -> Case:
        cases, _ = self.desk(key).look()
        return next(case for case in cases if case.submission.id == envelope)

    def do(self, envelope: str, act: Act, key: str = "", **more: str) -> Case:
        desk = self.desk(key)
        me = desk.me
        entry = Entry(act=act, at=datetime.now(UTC), by=me.name if me else "", **more)
        return desk.write(self.case(envelope, key), entry)


@pytest.fixture(scope="session")
def forms(root: Path) -> Mapping[str, Form]:
    """The repository's own two forms, read once: reading is what costs most here."""
    config = load_config(root)
    return {name: load_form(config, name) for name in ("referral", "question-box")}


@pytest.fixture
def portal(root: Path, forms: Mapping[str, Form], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "forms").mkdir()
    for name in forms:
        shutil.copy(root / "forms" / f"{name}.yml", tmp_path / "forms")
    config = load_config(tmp_path)
    ring = Keyring(config.keys_dir)
    for name in KEYS:
        ring.create(name, None)
    return Portal(config, forms)
