"""Random years of a college: answers come, are released, deleted, sent again; the intruder finds nobody."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from intruder import Intruder, cells
from making import HEALTH, USUAL, choice, form, row

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.safety.release import Earlier, safe_tables
from xinqiao.safety.totals import Totals

Person = tuple[str, str]
person = st.tuples(st.sampled_from("aaab"), st.sampled_from("1112"))
FORM = form(
    [choice("g", "ab", dimension=True), choice("q", "12")],
    [("by-g", ["g"], ["n", "distribution(q)"]), ("all", [], ["n", "distribution(q)"])],
)
event = st.one_of(
    st.lists(person, min_size=1, max_size=15),
    st.just("release"),
    st.just("delete"),
    st.just("again"),
    st.just("release"),
)


class Year:
    """A college that forgets: at times its answers are gone and the counts of its releases are all it has."""

    def __init__(self) -> None:
        self.everybody: list[Person] = []
        self.forgotten = 0  # how many of the first are gone
        self.releases: list[tuple[int, Earlier, bytes]] = []

    def released(self) -> None:
        covered = self.releases[-1][0] if self.releases else 0
        earlier = [past for _, past, _ in self.releases]
        first = 0
        if self.forgotten:
            earlier = [Earlier(tables=e.tables, counts=Totals.read(w)) for _, e, w in self.releases]
            first = covered
        rows = [row(g=g, q=q) for g, q in self.everybody]
        try:
            made = safe_tables(
                FORM, rows[first:], policy=USUAL, sensitive_policy=HEALTH, period="", quarantined={}, earlier=earlier
            )
        except XinqiaoError as refused:
            assert refused.exit_code is ExitCode.UNSAFE
            return
        now = Earlier(rows=tuple(rows), tables=made.tables, quarantined={})
        self.releases.append((len(rows), now, made.counts.written()))
        counted = Counter(made.counts.atoms)
        assert sum(number for (name, _, _), number in counted.items() if not name) == len(self.everybody)

    def happens(self, what: str | list[Person]) -> None:
        if isinstance(what, list):
            self.everybody += what
        elif what == "release":
            self.released()
        elif what == "delete" and self.releases:
            self.forgotten = self.releases[-1][0]
        # "again": an envelope that is there or was deleted is not taken twice, so nothing changes.


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(person, min_size=5, max_size=30), st.lists(event, max_size=6))
def test_whatever_happens_nobody_is_found(first: list[Person], events: list[str | list[Person]]) -> None:
    year = Year()
    for what in [first, "release", *events, "release"]:
        year.happens(what)
    attacker = Intruder(levels=[["a", "b"]], answers={"q": ["1", "2"]})
    attacker.start(len(year.releases))
    for number, (_, past, _) in enumerate(year.releases):
        for table in past.tables:
            if table.name != "_quarantine":
                attacker.believe(number, list(range(len(table.dimensions))), cells(table))
    assert attacker.finds(5) == []
