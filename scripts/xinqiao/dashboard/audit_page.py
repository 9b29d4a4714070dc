"""The report of an audit as one page that stands alone: what was attacked, what was found and why, what to do.

Holds no count of anybody: groups are named, never how many people they have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xinqiao.core.occasion import MONTHS
from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang
from xinqiao.dashboard.words import Words
from xinqiao.templates import environment

MOST_CARDS = 30  # groups that are told at length; the rest are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something attacked: a released package or a description of tables, its files with their SHA-256."""

    name: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Shown figures that give a group away: `equal` to it, or it cannot be `least` below, `most` above.

    plus, minus: places in signs; those taken more than once begin with how often.
    """

    kind: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFound:
    """A small group found; `how` is a key of the words `audit_how`."""

    group: str
    how: str
    where: str
    k: int
    exact: bool = False
    since: str = ""
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit came to; `problems` are what could not be judged.

    epsilon: what noisy tables, which nobody attacked, spend in all; empty where there are none.
    """

    sources: tuple[Source, ...]
    tested: int
    thresholds: tuple[int, ...]
    groups: tuple[GroupFound, ...]
    problems: tuple[Problem, ...]
    undone: int
    made: date
    version: str
    epsilon: str = ""

    @property
    def verdict(self) -> str:
        """`clean`, `found`, or `open` where something could not be judged and nothing was found."""
        if self.groups:
            return "found"
        return "open" if self.problems or not self.tested else "clean"


def audit_page(report: AuditReport) -> str:
    """The whole page in both languages; it asks for nothing from elsewhere and runs no script."""
    made = report.made
    return (
        environment("dashboard")
        .get_template("audit.html.jinja")
        .render(
            report=report,
            langs=[(lang, Words(lang)) for lang in Lang],
            thresholds=" / ".join(map(str, report.thresholds)),
            day={Lang.ZH: f"{made.year} 年 {made.month} 月 {made.day} 日", Lang.EN: _day(made)},
            cards=report.groups[:MOST_CARDS],
            rest=report.groups[MOST_CARDS:],
        )
    )


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
