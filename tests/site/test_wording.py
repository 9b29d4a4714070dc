"""The wording check: how much it finds and how often it is wrong, measured on two halves of a test set and on recaps.

`before.csv` was written before any pattern and is frozen by its hash; `after.csv` after the patterns, to be hard on
them. Each row is a sentence with the rules that a careful editor would name, none where it is fine.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.config import load_config
from xinqiao.core.problem import Level
from xinqiao.core.text import Lang
from xinqiao.site.wording.alarm import alarms
from xinqiao.site.wording.pages import ESCAPE, FILES, check_wording, read_wording
from xinqiao.site.wording.rule import IDENTIFIER, rules

HERE = Path(__file__).parent / "wording"
FROZEN = "df99760a98ee304e19aa671daa5e82c1bcbf1908663b5a9fc289e21dfb861d43"
HALVES = ("before", "after")
ENOUGH = 0.95
# Rows that the check judges otherwise than an editor would.
FALSE_ALARMS = {
    "我们谈到了自私与自爱的区别：爱自己不是自私。",
    "问题学生不存在，存在的是遇到问题的学生。",
}
MISSED = {"Don't be such a retard."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    lang: str
    wanted: frozenset[str]
    text: str

    @property
    def found(self) -> frozenset[str]:
        return names(self.text)


@cache
def names(text: str) -> frozenset[str]:
    return frozenset(alarm.rule.name for alarm in alarms(text))


def table(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def half(name: str) -> tuple[Row, ...]:
    return tuple(Row(lang=row["lang"], wanted=frozenset(row["rules"].split()), text=row["text"]) for row in table(name))


def of(lang: str, *parts: str) -> list[Row]:
    return [row for part in parts for row in half(part) if row.lang == lang]


def recall(rows: Sequence[Row]) -> float:
    """The share of faulty sentences for which every rule that an editor names is found."""
    faulty = [row for row in rows if row.wanted]
    return sum(row.wanted <= row.found for row in faulty) / len(faulty)


def precision(rows: Sequence[Row]) -> float:
    """The share of sentences with a finding that an editor finds fault with."""
    told = [row for row in rows if row.found]
    return sum(bool(row.wanted) for row in told) / len(told)


def test_the_half_written_before_the_patterns_is_as_it_was() -> None:
    assert hashlib.sha256((HERE / "before.csv").read_bytes()).hexdigest() == FROZEN


@pytest.mark.parametrize("lang", Lang)
def test_the_test_set_is_large_enough_and_names_rules_that_are_there(lang: str) -> None:
    rows = of(lang, *HALVES)
    assert len(rows) >= 150 and len(of(lang, "before")) >= 75
    assert min(len([row for row in rows if row.wanted]), len([row for row in rows if not row.wanted])) >= 70
    known = rules().by_name.keys()
    assert frozenset[str]().union(*(row.wanted for row in rows)) == known


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize("lang", Lang)
def test_faults_are_found_and_clean_text_is_left_alone(lang: str, name: str) -> None:
    rows = of(lang, name)
    assert recall(rows) >= ENOUGH
    assert precision(rows) >= ENOUGH


def test_what_the_check_gets_wrong_is_known() -> None:
    rows = [row for name in HALVES for row in half(name)]
    assert {row.text for row in rows if row.found and not row.wanted} == FALSE_ALARMS
    assert {row.text for row in rows if not row.wanted <= row.found} == MISSED


def test_ten_recaps_are_judged_as_a_careful_editor_would() -> None:
    paths = sorted((HERE / "recaps").glob("*.md"))
    found = {
        (path.name, alarm.rule.name, str(source.count("\n", 0, alarm.start) + 1))
        for path in paths
        for source in [path.read_text(encoding="utf-8")]
        for alarm in alarms(source)
    }
    assert len(paths) == 10
    assert found == {(row["recap"], row["rule"], row["line"]) for row in table("recaps")}


def test_the_portals_own_content_gives_no_alarm(root: Path) -> None:
    assert [problem.line(Lang.EN) for problem in check_wording(root, load_config(root).form_files)] == []


def test_at_most_one_escape_stands_in_twenty_pages(root: Path) -> None:
    files = [*load_config(root).form_files, *(path for pattern in FILES for path in root.glob(pattern))]
    escapes = sum(len(ESCAPE.findall(path.read_text(encoding="utf-8"))) for path in files)
    assert escapes <= len(files) / 20


@pytest.mark.parametrize("question", [row.text for row in half("before") if not row.wanted and "?" in row.text])
def test_asking_directly_is_allowed(question: str) -> None:
    assert not alarms(question)


ASKED = ("你是在想自杀吗？", "你有没有想过结束自己的生命？", "Do you want to kill yourself?", "Are you suicidal?")


@pytest.mark.parametrize("question", ASKED)
def test_other_ways_of_asking_are_allowed_too(question: str) -> None:
    assert not alarms(question)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("commits suicide", "commit-suicide"),
        ("COMMITTED SUICIDE", "commit-suicide"),
        ("committing\nsuicide", "commit-suicide"),
        ("overdoses, overdosed", "method"),
        ("they suffered from anxiety", "suffering"),
        ("guaranteeing? It is guaranteed.", "promise"),
        ("自殺成功", "success"),
        ("自 杀 成 功", "success"),
        ("自*杀*成功", "success"),
        ("自杀\n成功", "success"),
        ("自\u200b杀成功", "success"),
        ("手机 １３８１２３４５６７８", "identifier"),
    ],
)
def test_inflections_and_ways_of_writing_are_seen_through(text: str, rule: str) -> None:
    assert rule in names(text)


@pytest.mark.parametrize(
    ("denied", "said"),
    [
        ("求助不是懦弱。", "求助是懦弱。"),
        ("不要对他说“想开点”。", "对他说“想开点”。"),
        ("我们不用“自杀成功”这个说法。", "我们不用担心，他没有自杀成功。"),
        ("Asking for help is not weak or selfish.", "Asking for help is selfish."),
        ("Do not say “cheer up”.", "Say “cheer up”."),
        ("Peers do not diagnose depression.", "Peers diagnose depression."),
        ("没有人能承诺绝对保密。", "我承诺绝对保密。"),
    ],
)
def test_what_a_sentence_takes_back_is_no_fault(denied: str, said: str) -> None:
    assert not alarms(denied)
    assert alarms(said)


FAULTS = [row.text for name in HALVES for row in half(name) if row.wanted and row.text not in MISSED]


@settings(max_examples=40)
@given(fault=st.sampled_from(FAULTS), before=st.text(alphabet="好的一天 day.\n-*", max_size=40))
def test_a_finding_stands_where_its_words_stand(fault: str, before: str) -> None:
    source = f"{before}。.\n\n{fault}"
    moved = len(source) - len(fault)
    found = alarms(source)
    assert names(fault) <= {alarm.rule.name for alarm in found if alarm.start >= moved}
    for alarm in found:
        assert 0 <= alarm.start < alarm.end <= len(source)
        assert (alarm.rule.name == IDENTIFIER) == (alarm.found is not None)
        if alarm.found is None:
            assert alarm.words == " ".join(source[alarm.start : alarm.end].split())


@settings(max_examples=25)
@given(source=st.text(max_size=60))
def test_any_text_can_be_read(source: str) -> None:
    for problem in read_wording(source, "docs/zh/page.md"):
        assert problem.place.line >= 1 and problem.place.column >= 1


def test_an_identifier_is_never_repeated_in_its_message() -> None:
    (problem,) = read_wording("学号 20230517123 的同学", "docs/news/recaps/r.zh.md")
    assert problem.code == "wording-identifier"
    assert all("20230517123" not in problem.line(lang) for lang in Lang)


@pytest.mark.parametrize("harmless", ["2026-11-10", "20261110", "行政楼 301 室", "Room 301, Library", "12356", "86 人"])
def test_days_venues_and_help_lines_point_to_nobody(harmless: str) -> None:
    assert not alarms(f"地点和时间：{harmless}。")


def test_comments_tags_and_addresses_are_no_prose() -> None:
    assert not alarms('<!-- 自杀成功 --> <a title="psycho" href="x">链接</a> [页](success-自杀成功.md)')
    assert not alarms("https://x.test/psycho {#lunatic}")


def test_an_escape_lets_off_its_own_rule_in_its_own_block() -> None:
    escape = "<!-- wording cheering-up: 反面例子 -->\n\n| 不说 |\n| 要坚强 |\n| 他是疯子 |\n\n要坚强。\n"
    found = [(problem.code, problem.place.line) for problem in read_wording(escape, "docs/zh/x.md")]
    assert found == [("wording-harmful", 5), ("wording-doubtful", 7)]


def test_a_page_that_does_not_speak_of_suicide_needs_no_help_block() -> None:
    assert read_wording("---\ntitle: 睡眠\n---\n\n睡前少看手机。\n", "docs/zh/learn/sleep.md") == ()


def test_every_rule_says_why_and_what_to_write_instead_in_both_languages() -> None:
    for rule in rules().by_name.values():
        assert rule.source
        assert rule.why[Lang.ZH] != rule.why[Lang.EN] and rule.instead[Lang.ZH] != rule.instead[Lang.EN]
        assert rule.name == IDENTIFIER or all(rule.patterns[lang] for lang in Lang)


def test_levels_are_those_of_the_rules() -> None:
    levels = {name: rule.level for name, rule in rules().by_name.items()}
    assert levels["method"] is Level.ERROR and levels["judging"] is Level.WARNING and levels["metaphor"] is Level.NOTE
    (alarm,) = alarms("每月开展一次心理危机排查。")
    assert (alarm.rule.name, alarm.level) == ("surveillance", Level.NOTE)
