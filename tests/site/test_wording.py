"""The wording check: how much it finds and how often it is wrong, measured on a test set in four parts and on recaps.

`before.csv` was written before any pattern, `after.csv` after the first ones, to be hard on them; `held-out.csv` by
somebody who had not seen the rules, in names of faults of their own, which `faults.csv` maps to rules; `fresh.csv`
after the rules were tuned to it, in other words. Each row is a sentence with what a careful editor would name.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
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
FROZEN = {
    "before": "df99760a98ee304e19aa671daa5e82c1bcbf1908663b5a9fc289e21dfb861d43",
    "held-out": "e4866ebc7bc671a0faa2dca9164fe4bea532536463727068b4e9a993f4cbe980",
}
PARTS = ("before", "after", "held-out")
PERSONAL = {IDENTIFIER, "case-name"}
ENOUGH = 0.95
# Rows that the check judges otherwise than an editor would.
FALSE_ALARMS = {
    "我们谈到了自私与自爱的区别：爱自己不是自私。",
    "问题学生不存在，存在的是遇到问题的学生。",
    # An exercise without quotation marks; a headline in one, after the question.
    "下列说法哪一项不妥？A. 自杀身亡　B. 自杀成功　C. 曾有自杀尝试　D. 有自杀念头",
    'Which of these headlines would you rewrite? (a) "Suicide epidemic hits campus" (b) "University reviews support'
    " after student's death\".",
    # A matter of taste: an official word, which is a note by rule.
    "定期开展心理危机排查，做到早发现、早支持，并严格限定知情范围。",
    "请勿在阳台晾晒重物，以免坠落伤人。",
    "Some comments do not help, such as telling people to cheer up.",
}
MISSED = {
    "学长都走了那条路，说实话我也觉得那算是一个选项，反正没人能说什么。",
    "When every door closed, he found the one that was still open.",
    "老师在课上说，选择自我了断的人都是对家庭不管不顾。",
    "室友从九楼的窗台翻了出去，大家都吓坏了。",
    "走了也好，起码不用天天做实验挨骂了。",
    "The student hanged herself in the shower room on a Sunday evening.",
    "He was found at the foot of the physics tower.",
    "At last he is somewhere nothing can hurt him.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sentence; of each set of rules in `wanted` one has to be found."""

    lang: str
    wanted: frozenset[frozenset[str]]
    text: str

    @property
    def found(self) -> frozenset[str]:
        return names(self.text)

    @property
    def seen(self) -> bool:
        return all(one & self.found for one in self.wanted)


@cache
def names(text: str) -> frozenset[str]:
    return frozenset(alarm.rule.name for alarm in alarms(text))


def table(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def part(name: str) -> tuple[Row, ...]:
    return tuple(Row(lang=row["lang"], wanted=frozenset(wanted(row)), text=row["text"]) for row in table(name))


def wanted(row: dict[str, str]) -> Iterator[frozenset[str]]:
    if "faults" not in row:
        yield from (frozenset({rule}) for rule in row["rules"].split())
    elif row["faults"]:
        rules_of = {one["fault"]: frozenset(one["rules"].split()) for one in table("faults")}
        yield from (rules_of[fault] for fault in row["faults"].split(";"))


def of(lang: str, *parts: str) -> list[Row]:
    return [row for name in parts for row in part(name) if row.lang == lang]


def recall(rows: Sequence[Row]) -> float:
    """The share of faulty sentences for which every fault that an editor names is found."""
    faulty = [row for row in rows if row.wanted]
    return sum(row.seen for row in faulty) / len(faulty)


def precision(rows: Sequence[Row]) -> float:
    """The share of sentences with a finding that an editor finds fault with."""
    told = [row for row in rows if row.found]
    return sum(bool(row.wanted) for row in told) / len(told)


@pytest.mark.parametrize("name", FROZEN)
def test_what_was_written_without_the_rules_is_as_it_was(name: str) -> None:
    assert hashlib.sha256((HERE / f"{name}.csv").read_bytes()).hexdigest() == FROZEN[name]


@pytest.mark.parametrize("lang", Lang)
def test_the_test_set_is_large_enough_and_names_rules_that_are_there(lang: str) -> None:
    rows, strange = of(lang, *PARTS), of(lang, "held-out")
    assert len(rows) >= 300 and len(strange) >= len(rows) / 2
    for some in (rows, strange):
        assert 0.4 <= len([row for row in some if row.wanted]) / len(some) <= 0.6
    assert frozenset[str]().union(*(one for row in rows for one in row.wanted)) == rules().by_name.keys()


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("lang", Lang)
def test_faults_are_found_and_clean_text_is_left_alone(lang: str, name: str) -> None:
    rows = of(lang, name)
    assert recall(rows) >= ENOUGH
    assert precision(rows) >= ENOUGH


def test_what_the_check_gets_wrong_is_known() -> None:
    rows = [row for name in (*PARTS, "fresh") for row in part(name)]
    assert {row.text for row in rows if row.found and not row.wanted} == FALSE_ALARMS
    assert {row.text for row in rows if not row.seen} == MISSED


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


ASKED = ("你是在想自杀吗？", "你有没有想过结束自己的生命？", "Do you want to kill yourself?", "Are you suicidal?")


@pytest.mark.parametrize(
    "question", [*(row.text for row in part("before") if not row.wanted and "?" in row.text), *ASKED]
)
def test_asking_directly_is_allowed(question: str) -> None:
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
        ("他就是個瘋瘋癲癲的怪胎", "slur"),
        ("Linnea Tarrow was diagnosed with depression last year.", "case-name"),
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
        ("把求助看成懦弱是一种误解。", "把求助看成懦弱的人多了去了。"),
        ("心理咨询室不是脑残才去的。", "心理咨询室不是脑残才去的吗？"),
        ("反面例子：“别想太多。”", "他劝我：“别想太多。”"),
        ("初稿里的“百分百有效”改成了“可能有帮助”。", "海报里的“百分百有效”很醒目。"),
        ("识别风险靠的不是怯懦。", "要善于识别怯懦的同学。"),
        ('"Cheer up" was removed from the leaflet.', '"Cheer up" was on the leaflet.'),
        ("She is not a psycho.", "Isn't she a psycho?"),
    ],
)
def test_what_a_sentence_takes_back_is_no_fault(denied: str, said: str) -> None:
    assert not alarms(denied)
    assert alarms(said)


FAULTS = [row.text for name in PARTS for row in part(name) if row.wanted and row.text not in MISSED]


@settings(max_examples=40)
@given(fault=st.sampled_from(FAULTS), before=st.text(alphabet="好的一天 day.\n-*", max_size=40))
def test_a_finding_stands_where_its_words_stand(fault: str, before: str) -> None:
    source = f"{before}。.\n\n{fault}"
    moved = len(source) - len(fault)
    found = alarms(source)
    assert names(fault) <= {alarm.rule.name for alarm in found if alarm.start >= moved}
    for alarm in found:
        assert 0 <= alarm.start < alarm.end <= len(source)
        assert (alarm.rule.name in PERSONAL) == (alarm.found is not None)
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


def test_a_name_beside_a_state_of_mind_is_a_warning_that_does_not_repeat_it() -> None:
    (problem,) = read_wording("研究生乔砚秋去年确诊后休学。", "docs/news/recaps/r.zh.md")
    assert (problem.code, problem.level) == ("wording-name", Level.WARNING)
    assert all("乔砚秋" not in problem.line(lang) for lang in Lang)


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


QUIZ = "- [ ] “要坚强。”\n  为什么。\n- [x] 要坚强。\n- [ ] 他是疯子\n"
SCENES = "## 甲 { #a }\n\n- [要坚强](#b)\n- [要坚强](#c)\n\n## 乙 { #b .unsafe }\n\n## 丙 { #c }\n"


@pytest.mark.parametrize(("source", "lines"), [(QUIZ, [3, 4]), (SCENES, [4])])
def test_in_a_course_wrong_options_and_unsafe_choices_are_examples(source: str, lines: list[int]) -> None:
    assert [problem.place.line for problem in read_wording(source, "docs/courses/x/01-a.zh.md")] == lines
    assert len(read_wording(source, "docs/zh/x.md")) > len(lines)


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
