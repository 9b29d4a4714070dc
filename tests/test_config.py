"""portal.toml: every fault has its place, nothing below the floor, demonstration and real life apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinqiao.config import Config, find_project, load_config
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.rows import RowEngine, RowSettings
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang

GOOD = """\
demonstration = false
[portal]
title = { zh = "心桥", en = "Xinqiao" }
college = { zh = "学院", en = "College" }
site_url = "https://xin.example.edu/portal"
receiver_url = "https://in.example.edu/"
[keys]
aggregation = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
[policy]
threshold = 7
[[units]]
name = "a-1"
label = { zh = "一班", en = "Class 1" }
grade = "2026"
"""


def load(folder: Path, source: str) -> Config:
    (folder / "portal.toml").write_text(source, encoding="utf-8")
    return load_config(folder)


def faults(folder: Path, source: str) -> list[tuple[str, int]]:
    with pytest.raises(XinqiaoError) as caught:
        load(folder, source)
    return [(problem.code, problem.place.line) for problem in caught.value.problems]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD)
    assert config.title[Lang.EN] == "Xinqiao"
    assert config.site_url == "https://xin.example.edu/portal/"
    assert config.receiver_url == "https://in.example.edu"
    assert (config.policy.threshold, config.health_policy.threshold) == (7, 10)
    assert [unit.name for unit in config.units] == ["a-1"]


def test_a_unit_may_say_how_many_it_has(tmp_path: Path) -> None:
    assert [unit.size for unit in load(tmp_path, GOOD).units] == [None]
    assert [unit.size for unit in load(tmp_path, GOOD + "size = 45\n").units] == [45]
    for wrong in ("0", '"45"', "44.5"):
        assert faults(tmp_path, GOOD + f"size = {wrong}\n") == [("config-value", 15)]


def test_buildings_institutes_readers_and_packs_are_read(tmp_path: Path) -> None:
    (tmp_path / "forms" / "packs" / "one").mkdir(parents=True)
    more = """
[[dormitories]]
name = "south-1"
label = { zh = "南 1", en = "South 1" }
[[laboratories]]
name = "soft"
label = { zh = "软件", en = "Software" }
[readers]
counsellor = { zh = "林老师", en = "Ms Lin" }
"""
    config = load(tmp_path, 'packs = ["one"]\n' + GOOD + more)
    assert [place.name for place in (*config.dormitories, *config.laboratories)] == ["south-1", "soft"]
    assert config.readers["counsellor"][Lang.EN] == "Ms Lin"
    assert config.packs == ("one",)


def test_a_fault_in_a_list_of_places_is_shown_in_its_own_table(tmp_path: Path) -> None:
    wrong = GOOD + '[[dormitories]]\nname = "south 1"\nlabel = { zh = "南 1", en = "South 1" }\n'
    line = wrong.splitlines().index('name = "south 1"') + 1
    assert faults(tmp_path, wrong) == [("config-value", line)]


def test_large_files_are_counted_here_or_on_spark(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).rows == RowSettings(engine=RowEngine.DUCKDB)
    spark = load(tmp_path, GOOD + '[rows]\nengine = "spark"\nmaster = "spark://count.example.edu:7077"\n').rows
    assert spark == RowSettings(engine=RowEngine.SPARK, master="spark://count.example.edu:7077")
    assert faults(tmp_path, GOOD + '[rows]\nengine = "polars"\n') == [("config-value", 16)]
    assert faults(tmp_path, GOOD + '[rows]\nmaster = "there"\n') == [("config-value", 16)]
    with pytest.raises(XinqiaoError) as raised:
        load(tmp_path, GOOD + '[rows]\nengin = "spark"\n')
    assert [problem.params["nearest"] for problem in raised.value.problems] == ["engine"]


def test_the_repositorys_own_file_is_good(root: Path) -> None:
    assert load_config(root).demonstration


def test_all_faults_come_in_one_run_with_their_lines(tmp_path: Path) -> None:
    broken = (
        GOOD.replace("threshold", "treshold")
        .replace('grade = "2026"\n', "")
        .replace('site_url = "https://xin.example.edu/portal"', 'site_url = "xin.example.edu"')
        .replace('"age1qqqq', '"AGE-SECRET-KEY-1qqqq')
        .replace('en = "Class 1"', 'em = "Class 1"')
    )
    assert sorted(faults(tmp_path, broken), key=lambda fault: fault[1]) == [
        ("config-value", 5),
        ("config-value", 8),
        ("config-key-unknown", 10),
        ("config-key-missing", 11),
        ("config-key-missing", 13),
        ("config-key-unknown", 13),
    ]


def test_an_unknown_key_is_told_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(XinqiaoError) as caught:
        load(tmp_path, GOOD.replace("threshold", "treshold"))
    assert "“threshold”" in caught.value.problems[0].message(Lang.EN)


def test_broken_toml_has_line_and_column(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD.replace("[portal]", "[portal")) == [("config-syntax", 2)]


@pytest.mark.parametrize("line", ["threshold = 4", "threshold = 5\nhealth_threshold = 1"])
def test_a_threshold_below_five_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(XinqiaoError) as caught:
        load(tmp_path, GOOD.replace("threshold = 7", line))
    assert caught.value.exit_code is ExitCode.UNSAFE


def test_a_demonstration_keeps_everything_in_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    made = load(tmp_path, GOOD.replace("demonstration = false", "demonstration = true"))
    for path in (made.store_path, made.keys_dir, *(made.released_dir("f", audience) for audience in Audience)):
        assert path.is_relative_to(tmp_path / "build" / "demo")
    real = load(tmp_path, GOOD)
    assert not real.keys_dir.is_relative_to(tmp_path)
    assert real.released_dir("f", Audience.PUBLIC) == tmp_path / "docs" / "data" / "summaries" / "f"
    assert real.released_dir("f", Audience.STAFF) == tmp_path / "staff" / "summaries" / "f"


def test_keys_lie_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINQIAO_KEYS", str(tmp_path / "k"))
    assert load(tmp_path, GOOD).keys_dir == tmp_path / "k"


def test_a_build_beside_a_running_demonstration_knows_its_port(tmp_path: Path) -> None:
    source = GOOD.replace("demonstration = false", "demonstration = true")
    config = load(tmp_path, source)
    config.port_file.parent.mkdir(parents=True)
    config.port_file.write_text("9000")
    assert load(tmp_path, source).receiver_url == "http://127.0.0.1:9001"
    assert load(tmp_path, GOOD).receiver_url == "https://in.example.edu", "a real portal never looks there"


def test_the_project_is_found_from_below(tmp_path: Path) -> None:
    (tmp_path / "portal.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_project(tmp_path / "a" / "b") == tmp_path


DUTY = """
[[roster]]
name = "lin"
label = { zh = "林老师", en = "Ms Lin" }
dates = [2026-11-22]
mail = "lin@example.edu"
[duty]
confirmed = true
days = ["sun"]
opens = 09:00:00
closes = 10:00:00
[limits]
l2 = { hours = 4 }
[notice]
channels = ["mail", "file"]
mail = { host = "smtp.example.edu", sender = "xinqiao@example.edu" }
"""


def test_roster_hours_limits_and_notices_make_one_duty(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).duty is None
    duty = load(tmp_path, GOOD + DUTY).duty
    assert duty is not None and duty.confirmed
    (lin,) = duty.people
    assert (lin.key, lin.mail, duty.days) == ("counsellor", "lin@example.edu", {6})
    assert (duty.limits["l2"].hours, duty.limits["l1"].hours, duty.limits["question"].days) == (4, 1, 5)
    assert (duty.notice.mail_host, duty.notice.repeat) == ("smtp.example.edu", 60)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('days = ["sun"]', 'days = ["Sunday"]', "config-value"),
        ("opens = 09:00:00", "opens = 11:00:00", "config-value"),
        ("l2 = { hours = 4 }", "l2 = { hours = 4, days = 1 }", "config-value"),
        ("l2 = { hours = 4 }", "l5 = { hours = 4 }", "config-key-unknown"),
        ("hours = 4", "hour = 4", "config-key-unknown"),
        ("mail = { host", "post = { host", "config-key-unknown"),
        ('mail = { host = "smtp.example.edu", sender = "xinqiao@example.edu" }', "", "config-value"),
        ('mail = "lin@example.edu"', 'mail = "lin"', "config-value"),
        ("[duty]", '[[roster]]\nname = "lin"\nlabel = { zh = "林", en = "L" }\n[duty]', "roster-twice"),
    ],
)
def test_a_fault_in_them_is_told_at_its_line(tmp_path: Path, before: str, after: str, code: str) -> None:
    assert before in DUTY
    found = faults(tmp_path, GOOD + DUTY.replace(before, after))
    assert code in {one for one, _ in found} and all(line > GOOD.count("\n") for _, line in found)


SOURCE = """
[sources.mood-kobo]
system = "kobo"
address = "https://kf.example.org/"
remote = "aBc"
form = "mood"
columns = { note = "q7" }
"""


def test_a_source_is_read_and_its_secret_named(tmp_path: Path) -> None:
    source = load(tmp_path, GOOD + SOURCE).sources["mood-kobo"]
    assert (source.address, source.columns, source.variable) == (
        "https://kf.example.org", {"note": "q7"}, "XINQIAO_SOURCE_MOOD_KOBO",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ('"kobo"', '"koboo"', "config-value"),
        ("https://kf", "http://kf", "config-value"),
        ('"aBc"', '"a?b"', "config-value"),
        ("remote", "remotte", "config-key-unknown"),
        ('form = "mood"', 'mode = "words"', "config-value"),
    ],
)
def test_a_fault_of_a_source_has_its_line(tmp_path: Path, right: str, wrong: str, code: str) -> None:
    source = GOOD + SOURCE.replace(right, wrong)
    line = next(number for number, text in enumerate(source.splitlines(), 1) if wrong in text)
    assert (code, line) in faults(tmp_path, source)


def test_a_secret_has_no_place_in_the_file(tmp_path: Path) -> None:
    assert "config-key-unknown" in {code for code, _ in faults(tmp_path, GOOD + SOURCE + 'token = "t0p"\n')}
