"""Corrected sequences of random small colleges: whoever came, left or stayed, the intruder finds nobody."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from intruder import Intruder, cells
from making import HEALTH, USUAL, choice, form, row, rows_of
from test_releases import GROUPS, QUIET, simple
from unsafe import audited, bare, found, packed

from xinqiao.core.form import Form
from xinqiao.core.policy import Status
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import Corrected
from xinqiao.core.summary import Attendance, Strategy
from xinqiao.safety import cells as protected
from xinqiao.safety import groups
from xinqiao.safety.atlas import Atlas
from xinqiao.safety.count import Left
from xinqiao.safety.release import Earlier, Release, earlier_from_counts, safe_tables
from xinqiao.safety.totals import Totals

ANSWERS = {"q": ["1", "2", "3"], "p": ["1", "2", "_none"]}


class Series:
    """Releases of a form one after the other; whoever is left out is so for ever."""

    def __init__(self, of: Form) -> None:
        self.of = of
        self.rows: list[tuple[int, ScoredRow]] = []
        self.left: list[tuple[tuple[int, int], ScoredRow]] = []
        self.made: list[Release] = []

    def release(self, new: Sequence[ScoredRow] = (), out: Sequence[ScoredRow] = ()) -> Release:
        """The next release: with newcomers, and without some who were in it. Nothing changes where it is refused."""
        now = len(self.made)
        rows, left = [*self.rows, *((now, row) for row in new)], list(self.left)
        for gone in out:
            at = next(at for at, (_, row) in enumerate(rows) if row is gone or row == gone)
            came, row = rows.pop(at)
            left.append(((came, now), row))
        made = safe_tables(
            self.of,
            [row for _, row in rows],
            policy=USUAL,
            sensitive_policy=HEALTH,
            period="",
            quarantined={},
            earlier=[
                Earlier(
                    rows=[row for came, row in rows if came <= number],
                    tables=then.tables,
                    quarantined={},
                    made_of=then.counts,
                    left=[Left(span=span, rows=[row], quarantined={}) for span, row in left if span[0] == number],
                )
                for number, then in enumerate(self.made)
            ],
        )
        self.rows, self.left = rows, left
        self.made.append(made)
        return made

    @property
    def came(self) -> set[int]:
        return {came for came, _ in self.rows} | {came for (came, _), _ in self.left}

    @property
    def corrections(self) -> list[int]:
        return sorted({until for (_, until), _ in self.left})


def attack(series: Series) -> list[str]:
    """Who can be found in all that a series told, its rules included."""
    attacker = Intruder(levels=[GROUPS], answers=ANSWERS, scores={"q": {"1": 1, "2": 2, "3": 3}})
    attacker.start(len(series.made), series.corrections)
    for number in series.corrections:
        attacker.corrected(number, 5, came=any(came == number for came in series.came))
    for number, made in enumerate(series.made):
        for table in made.tables:
            if table.name != "_quarantine":
                attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    return attacker.finds(5)


COUNTS = {
    ("a", "1", "1"): 14, ("a", "2", "2"): 12, ("a", "3", "1"): 9, ("b", "1", "2"): 13, ("b", "2", "1"): 16,
    ("b", "3", None): 8, ("c", "1", "1"): 11, ("c", "2", "2"): 12, ("c", "3", "1"): 10,
}  # fmt: skip


def crowd() -> list[ScoredRow]:
    return rows_of(COUNTS, ["g", "q", "p"])


# Most sequences are refused where few come or go; these are the ones that have a chance.
person = st.tuples(st.sampled_from("aaabbc"), st.sampled_from("1123"), st.sampled_from(["1", "2", None]))
step = st.tuples(
    st.just([]) | st.lists(person, min_size=5, max_size=9), st.sampled_from([0, 5, 6, 7, 9, 12]), st.integers(0, 1000)
)


@settings(max_examples=5, deadline=None, suppress_health_check=QUIET)
@given(st.lists(person, min_size=14, max_size=45), st.lists(step, min_size=1, max_size=2))
def test_corrected_sequences_give_nobody_away(
    people: list[tuple[str, str, str | None]], steps: list[tuple[list[tuple[str, str, str | None]], int, int]]
) -> None:
    series = Series(simple())
    series.release([row(g=g, q=q, p=p) for g, q, p in people])
    for new, gone, seed in steps:
        known = [one for _, one in series.rows]
        out = random.Random(seed).sample(known, min(gone, len(known)))  # noqa: S311 - no secret
        try:
            series.release([row(g=g, q=q, p=p) for g, q, p in new], out)
        except XinqiaoError as refused:
            assert refused.exit_code is ExitCode.UNSAFE
    assert attack(series) == []


def test_counts_alone_gate_a_corrected_series_as_its_rows_do() -> None:
    series = few_of_a_cell()
    series.release(crowd()[:20], out_of(series, a1=2, b2=7))
    series.release(crowd()[20:40])
    before = [Totals.read(made.counts.written()) for made in series.made]
    told = [made.tables for made in series.made]
    new = crowd()[40:60]
    by_counts = safe_tables(
        series.of,
        new,
        policy=USUAL,
        sensitive_policy=HEALTH,
        period="",
        quarantined={},
        earlier=earlier_from_counts(series.of, told, before),
    )
    by_rows = series.release(new)
    assert by_counts.tables == by_rows.tables
    assert by_counts.counts == by_rows.counts
    assert by_counts.corrected == by_rows.corrected


def test_counts_by_other_dimensions_cannot_be_told_apart() -> None:
    series = few_of_a_cell()
    series.release(out=out_of(series, a1=2, b2=7))
    counts = [made.counts for made in series.made]
    other = replace(counts[0], by={**counts[0].by, "p": frozenset()})
    for wrong in (other, replace(counts[0], atoms={})):
        with pytest.raises(XinqiaoError) as refused:
            earlier_from_counts(series.of, [made.tables for made in series.made], [wrong, counts[1]])
        assert refused.value.problems[0].code == "release-correct-gone"


def few_of_a_cell() -> Series:
    """Nine are left out, two of them of one cell, in which nobody came since."""
    series = Series(simple(["n", "distribution(q)"]))
    people = crowd()
    series.release(people)
    return series


# A small college, and seven who are left out of it.
FEW = {("a", "1"): 10, ("a", "2"): 6, ("b", "1"): 6, ("b", "2"): 2}
OUT = {"a1": 5, "b1": 1, "a2": 1}


def out_of(series: Series, **wanted: int) -> list[ScoredRow]:
    """So many of those who gave each pair of group and answer, such as `a1=2`."""
    found = []
    for cell, number in wanted.items():
        there = [one for _, one in series.rows if (one.row.values["g"], one.row.values["q"]) == (cell[0], cell[1])]
        found += there[:number]
    return found


def test_a_correction_says_less_where_few_are_left_out() -> None:
    series = few_of_a_cell()
    made = series.release(out=out_of(series, a1=2, b2=7))
    assert made.certificate["corrections"] == [2]
    hidden = {(*c.levels, c.category) for t in made.tables for c in t.cells if c.status is Status.SUPPRESSED}
    assert ("a", "1") in hidden and ("b", "1") not in hidden
    assert attack(series) == []


def small_college() -> Series:
    of = form(
        [choice("g", "ab", dimension=True), choice("q", "12")],
        [("by-g", ["g"], ["n", "distribution(q)"]), ("all", [], ["n", "distribution(q)"])],
    )
    series = Series(of)
    series.release(rows_of(FEW, ["g", "q"]))
    return series


def who_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    together = groups._together

    def staying(where: Atlas) -> list[tuple[int, ...]]:
        return [found for found in together(where) if all(where.spans[at][1] == where.intervals for at in found)]

    monkeypatch.setattr(groups, "_together", staying)


def nobody_knows_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protected, "corrected_rows", lambda *_: iter(()))


@pytest.mark.parametrize("mutation", [who_stays, nobody_knows_the_rule])
def test_without_a_rule_of_corrections_the_audit_refuses(
    mutation: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    series, out = few_of_a_cell(), {"a1": 2, "b2": 7}
    if mutation is nobody_knows_the_rule:
        series, out = small_college(), OUT
        assert small_college().release(out=out_of(series, **OUT)).certificate["groups_found"] == 0
    mutation(monkeypatch)
    with pytest.raises(XinqiaoError) as refused:
        series.release(out=out_of(series, **out))
    assert refused.value.problems[0].code == "release-not-safe"


@pytest.mark.parametrize(
    ("new", "out", "code"),
    [
        (0, {"a1": 4}, "release-too-few-corrected"),
        (3, {"a1": 6}, "release-too-few-new"),
        (0, {}, "release-nothing-new"),
    ],
    ids=["few leave", "few come", "nothing"],
)
def test_few_wait(new: int, out: dict[str, int], code: str) -> None:
    series = few_of_a_cell()
    with pytest.raises(XinqiaoError) as refused:
        series.release(crowd()[:new], out_of(series, **out))
    assert refused.value.problems[0].code == code
    assert refused.value.exit_code is ExitCode.UNSAFE


def bare_series(folder: Path, *out: tuple[str, int]) -> list[Path]:
    """Two packages that were never protected, the second without so many of some cells, which it says."""
    of = simple(["n", "distribution(q)"])
    people = crowd()
    gone = list(people)
    for cell, number in out:
        for _ in range(number):
            gone.remove(next(r for r in gone if (r.row.values["g"], r.row.values["q"]) == (cell[0], cell[1])))
    corrected = Corrected(release=2, corrections=(2,), alone=(2,))
    tables = [bare(of, rows, ()) for rows in (people, gone)]
    return [packed(folder / "001", of, tables[0]), packed(folder / "002", of, tables[1], corrected)]


def test_whom_a_correction_gives_away_is_found_in_the_packages(tmp_path: Path) -> None:
    folders = bare_series(tmp_path, ("a1", 2), ("b2", 7))
    for order in (folders, folders[::-1]):
        outcome = audited(*order)
        assert outcome.exit_code is ExitCode.UNSAFE
        assert ("by-g", {"g": "a"}, "distribution(q)", "1") in found(outcome)
        named = {problem.code for problem in outcome.problems if "g=a" in str(problem.params.get("group"))}
        assert named == {"group-found-left"}


def test_a_correction_of_many_in_each_cell_gives_nobody_away(tmp_path: Path) -> None:
    assert found(audited(*bare_series(tmp_path, ("a1", 6), ("b2", 7)))) == []


def test_packages_that_cannot_follow_each_other_are_not_judged(tmp_path: Path) -> None:
    """What the correction left out is fewer than its own rule lets it leave out."""
    outcome = audited(*bare_series(tmp_path, ("a1", 2), ("b2", 1)))
    assert outcome.exit_code is ExitCode.UNSAFE
    assert [problem.code for problem in outcome.problems] == ["audit-contradiction"]


def test_released_corrections_pass_the_audit_of_packages(tmp_path: Path) -> None:
    series = few_of_a_cell()
    series.release(out=out_of(series, a1=2, b2=7))
    series.release(crowd()[:30])
    folders = [
        packed(tmp_path / f"{number:03}", series.of, made.tables, made.corrected)
        for number, made in enumerate(series.made, start=1)
    ]
    assert [made.corrected.corrections if made.corrected else () for made in series.made] == [(), (2,), (2,)]
    for some in (folders, folders[1:], folders[::2]):
        outcome = audited(*some)
        assert (outcome.exit_code, found(outcome)) == (ExitCode.DONE, [])


@pytest.mark.parametrize(("release", "corrections"), [(1, (2,)), (3, ()), (3, (3, 2)), (3, (1,)), (3, (2, 2))])
def test_a_series_that_cannot_be_is_none(release: int, corrections: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="no corrected series"):
        Corrected(release=release, corrections=corrections)


@pytest.mark.parametrize(
    "change",
    [
        lambda of: replace(of, summaries=(replace(of.summaries[0], strategy=Strategy.ROUND), *of.summaries[1:])),
        lambda of: replace(of, summaries=(replace(of.summaries[0], attendance=Attendance.PUBLIC), *of.summaries[1:])),
    ],
    ids=["rounded", "attendance"],
)
def test_what_is_told_otherwise_cannot_be_corrected(change: Callable[[Form], Form]) -> None:
    """Also where it came into the form after the correction."""
    series = few_of_a_cell()
    series.release(out=out_of(series, a1=6, b2=7))
    series.of = change(series.of)
    with pytest.raises(XinqiaoError) as refused:
        series.release(crowd()[:30])
    assert refused.value.problems[0].code == "release-correct-cannot"


def test_means_and_spreads_of_a_corrected_series_give_nobody_away() -> None:
    measures = ["n", "distribution(q)", "mean(q)", "sd(q)"]
    series = Series(simple(measures))
    people = [one for _ in range(3) for one in crowd()]
    series.release(people)
    series.release(crowd()[:40], out_of(series, a1=20, b3=2, c2=4))
    tables = [made.tables for made in series.made]
    assert any(c.status is Status.SUPPRESSED for t in tables[1] for c in t.cells)
    assert any(c.measure == "sd(q)" and c.status is Status.SHOWN for t in tables[1] for c in t.cells)
    assert attack(series) == []
