"""Slips with one-time codes, from the printed sheet to the release: one answer a code, in the unit of the code."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao import demonstration
from xinqiao.cli import main
from xinqiao.config import load_config
from xinqiao.core.problem import ExitCode
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.slip import fits, tidy
from xinqiao.core.text import Lang
from xinqiao.flows.expire import expire
from xinqiao.flows.project import load_form, recipients
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store

FORM = "pulse"
DAY = date(2026, 9, 15)
OTHER_UNIT = "cs-2026-2"
UNIT = "cs-2026-1"
YAML = """
settings: {form_id: pulse, version: 1, purpose: survey, title: {zh: 一次, en: Once}}
consent: {zh: 同意, en: Agreed}
survey:
  - {type: text, name: code, label: {zh: 代码, en: Code}, required: true, role: code}
  - {type: select_one units, name: unit, label: {zh: 班级, en: Class}, required: true, role: dimension}
  - {type: select_one mood, name: mood, label: {zh: 心情, en: Mood}, required: true}
choices:
  mood: [{name: low, label: {zh: 低, en: Low}}, {name: high, label: {zh: 高, en: High}}]
summaries:
  - {name: by-unit, title: {zh: 各班, en: By class}, by: [unit], measures: [n, distribution(mood)], audience: public}
seal_to: [aggregation, recovery]
retention: {days: 30}
"""
counter = itertools.count()


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    shutil.copy(root / "portal.toml", tmp_path)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / f"{FORM}.yml").write_text(YAML, encoding="utf-8")
    ring = Keyring(load_config(tmp_path).keys_dir)
    for name in ("aggregation", "recovery"):
        ring.create(name, None)
    return tmp_path


def command(project: Path, *args: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, [*args, "--project", str(project), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def printed(project: Path, unit: str, number: int) -> list[str]:
    sheet = project / f"slips-{next(counter)}.html"
    args = ("--unit", unit, "--number", str(number), "--output", str(sheet))
    assert command(project, "forms", "codes", FORM, *args)[0] == ExitCode.DONE
    assert sheet.stat().st_mode & 0o077 == 0, "nobody else reads it"
    codes: list[str] = re.findall(r'<p class="code">(.+?)</p>', sheet.read_text("utf-8"))
    assert len(codes) == number
    return codes


def put(project: Path, codes: Iterable[str], unit: str = UNIT) -> None:
    config = load_config(project)
    form = load_form(config, FORM)
    keys = recipients(config, form)[0]
    moods = itertools.cycle(("low", "high"))
    answers = [{"code": code, "unit": unit, "mood": next(moods)} for code in codes]
    sealed = [seal(payload(FORM, 1, Lang.ZH, each), keys) for each in answers]
    with Store(config.store_path) as store:
        store.append([Envelope(id=envelope_id(s), form=FORM, received=DAY, sealed=s) for s in sealed])


def told(document: dict[str, Any]) -> dict[str, int]:
    return {one["code"]: int(one["en"].split()[0]) for one in document["problems"] if one["code"].startswith("code-")}


def count(project: Path, release: int, unit: str) -> str:
    table = project / "build" / "demo" / "summaries" / "public" / FORM / f"{release:03}" / "by-unit.csv"
    (line,) = [line for line in table.read_text("utf-8").splitlines() if line.startswith(f"{unit},n,")]
    return line.split(",")[3]


def test_one_slip_counts_once_however_often_it_is_sent(project: Path) -> None:
    codes = printed(project, UNIT, 30)
    put(project, codes[:20])
    put(project, [codes[0].lower().replace("-", " ")] * 9)
    put(project, ["", "nonsense", "2222-2222-2222"])
    code, document = command(project, "release", FORM)
    assert code == ExitCode.DONE
    assert (document["rows"], document["set_aside"]) == (20, 12)
    assert told(document) == {"code-unknown": 3, "code-used": 9}
    assert not [code for code in codes if code in json.dumps(document)]


def test_an_answer_counts_in_the_unit_of_its_slip_whatever_it_says(project: Path) -> None:
    put(project, printed(project, UNIT, 20), unit=OTHER_UNIT)
    put(project, printed(project, OTHER_UNIT, 24), unit=OTHER_UNIT)
    assert command(project, "release", FORM)[0] == ExitCode.DONE
    assert (count(project, 1, UNIT), count(project, 1, OTHER_UNIT)) == ("20", "24")


def test_a_code_stays_used_when_its_answer_is_long_deleted(project: Path) -> None:
    config = load_config(project)
    first, later = printed(project, UNIT, 20), printed(project, UNIT, 20)
    put(project, first)
    assert command(project, "release", FORM)[1]["rows"] == 20
    assert expire(config, date(2027, 1, 1)).document["forms"][FORM]["deleted"] == 20  # type: ignore[index]
    put(project, [f" {code}" for code in first])
    put(project, later)
    code, document = command(project, "release", FORM)
    assert code == ExitCode.DONE
    assert (told(document)["code-used"], count(project, 2, UNIT)) == (20, "40")
    assert expire(config, date(2027, 1, 1)).document["forms"][FORM]["deleted"] == 40  # type: ignore[index]
    put(project, [f"{code} " for code in first])
    put(project, printed(project, UNIT, 20))
    assert told(command(project, "release", FORM)[1])["code-used"] == 20, "every later release remembers them"


def test_a_bad_answer_does_not_use_up_its_code(project: Path) -> None:
    codes = printed(project, UNIT, 20)
    config = load_config(project)
    form = load_form(config, FORM)
    bad = seal(payload(FORM, 1, Lang.ZH, {"code": codes[0], "unit": UNIT, "mood": "loud"}), recipients(config, form)[0])
    with Store(config.store_path) as store:
        store.append([Envelope(id=envelope_id(bad), form=FORM, received=DAY, sealed=bad)])
    put(project, codes)
    _, document = command(project, "release", FORM)
    assert (document["rows"], document["set_aside"]) == (20, 1)


def test_without_options_every_class_has_a_slip_for_each_member(project: Path) -> None:
    sheet = project / "slips.html"
    _, document = command(project, "forms", "codes", FORM, "--output", str(sheet))
    roster = load_form(load_config(project), FORM).roster
    assert roster is not None
    assert document["slips"] == {choice.name: choice.size for choice in roster.choices}
    page = sheet.read_text("utf-8")
    codes = re.findall(r'<p class="code">(.+?)</p>', page)
    assert len({*codes}) == sum(choice.size or 0 for choice in roster.choices)
    assert all(fits(tidy(code)) for code in codes)
    for words in ("只能用一次", "Good for one answer", "/zh/forms/pulse/", "/en/forms/pulse/"):
        assert words in page
    assert "http" not in re.sub(r"https?://[^<]*/forms/pulse/", "", page), "it asks nobody for anything"


@pytest.mark.parametrize(
    ("form", "args", "code"),
    [
        ("mood", (), "codes-not-asked"),
        (FORM, ("--unit", "cs-2026-9"), "codes-unit-unknown"),
        (FORM, ("--number", "5000"), "codes-number"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_nothing_is_written(
    root: Path, project: Path, form: str, args: tuple[str, ...], code: str
) -> None:
    shutil.copy(root / "forms" / "mood.yml", project / "forms")
    sheet = project / "slips.html"
    status, document = command(project, "forms", "codes", form, *args, "--output", str(sheet))
    assert status and [problem["code"] for problem in document["problems"]] == [code]
    assert not sheet.exists()


def test_answers_in_a_file_are_not_counted_for_their_codes_cannot_be_checked(project: Path) -> None:
    file = project / "answers.csv"
    file.write_text("code,unit,mood\nABC,cs-2026-1,low\n", encoding="utf-8")
    status, document = command(project, "summarize", FORM, str(file), "--output", str(project / "tables"))
    assert status == ExitCode.CONTENT
    assert [problem["code"] for problem in document["problems"]] == ["codes-need-store"]


def test_the_demonstration_invents_no_codes(project: Path) -> None:
    form = load_form(load_config(project), FORM)
    assert all("code" not in answers for answers in demonstration.invented_answers(form, 3))
