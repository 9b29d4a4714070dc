"""`xinqiao check --parity` and `--reading`: whether both languages say the same, and how long texts are to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xinqiao.config import Config
from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang, Text
from xinqiao.flows.commit import changes
from xinqiao.flows.outcome import Outcome
from xinqiao.site.manifest import build_moment
from xinqiao.site.parity import check_parity, pairs
from xinqiao.site.reading import Reading, readings

CONTENT = "docs"


def parity_problems(config: Config) -> tuple[Problem, ...]:
    """Where the two languages of the portal's texts differ, and which side is out of date by git's history."""
    return check_parity(config.root, changes(config.root, CONTENT))


def parity(config: Config) -> Outcome:
    """The same as an outcome of its own."""
    problems = parity_problems(config)
    count = sum(1 for _ in pairs(config.root))
    behind = [problem.place.file for problem in problems if problem.code == "parity-behind"]
    said = Text.of(
        zh=f"比较了 {count} 对页面：{len(problems) - len(behind)} 处不一致，{len(behind)} 页没有跟上另一种语言。",
        en=f"{count} pairs of pages compared: {len(problems) - len(behind)} differences, {len(behind)} out of date.",
    )
    return Outcome(said=said, document={"pairs": count, "behind": behind}, problems=problems)


def reading(config: Config) -> Outcome:
    """How long and how hard each text is, and who has reviewed it when."""
    found, problems = readings(config.root, today := build_moment().date())
    listed = "\n".join(_line(one, today) for one in found)
    said = Text.of(
        zh=f"{listed}\n中文按每分钟 500 字、英文按 238 词估计；难度只供参考，不作要求。",
        en="Chinese at 500 characters a minute, English at 238 words; how hard a text is, is told and not asked for.",
    )
    return Outcome(said=said, document={"reading": as_json(found)}, problems=problems)


def as_json(found: Sequence[Reading]) -> list[dict[str, object]]:
    """Readings for a `--json` document."""
    return [one.as_json() for one in found]


def _line(one: Reading, today: date) -> str:
    if one.lang is Lang.ZH:
        size = f"{one.units} 字，每句 {one.sentence:.0f} 字，常用字以外 {one.hard:.1%}"
    else:
        size = f"{one.units} words, {one.sentence:.0f} a sentence, grade {one.hard:.0f}"
    return f"{one.minutes:>3} min  {one.file}  {size}{_review(one, today)}"


def _review(one: Reading, today: date) -> str:
    if one.standing is None:
        return ""
    reviewed, zh = one.standing.reviewed_on, one.lang is Lang.ZH
    late = ("，已过期" if zh else ", overdue") if one.standing.review_by < today else ""
    if reviewed is None:
        return f"；未审阅{late}" if zh else f"; not reviewed{late}"
    by = one.standing.reviewed_by
    return f"；{by} 审阅于 {reviewed}{late}" if zh else f"; reviewed by {by} on {reviewed}{late}"
