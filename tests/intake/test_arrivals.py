"""What comes from elsewhere: once each, known again by a keyed hash, with a cursor that moves only with its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.record import Envelope
from xinqiao.intake.arrivals import KEY_FILE, Arrival, Arrivals, Cursor
from xinqiao.intake.layout import statements
from xinqiao.intake.store import Store

from .conftest import FORM

CURSOR = Cursor(source="away", bound="away kobo a feedback", position="7")


def arrival(store: Arrivals, name: str, envelope: Envelope) -> Arrival:
    return Arrival(names=(store.key("away", name),), envelope=envelope)


def test_the_same_answer_arrives_once_however_it_is_sealed(store_path: Path, envelope: Callable[..., Envelope]) -> None:
    with Arrivals(store_path) as store:
        assert store.take([arrival(store, "1", envelope()), arrival(store, "1", envelope())]) == 1
        assert store.take([arrival(store, "1", envelope()), arrival(store, "2", envelope())]) == 1
        assert store.counts() == {FORM: 2}
        assert store.fresh([(store.key("away", name),) for name in "123"]) == {(store.key("away", "3"),)}


def test_an_answer_is_known_by_each_of_its_names(store_path: Path, envelope: Callable[..., Envelope]) -> None:
    with Arrivals(store_path) as store:
        pulled, exported, filed = (store.key(bound, name) for bound, name in (("a", "7"), ("a", "x"), ("import", "y")))
        assert store.take([Arrival(names=(pulled, exported), envelope=envelope())]) == 1
        assert store.take([Arrival(names=(exported, filed), envelope=envelope())]) == 0
        assert store.fresh([(filed,), (store.key("a", "8"), filed)]) == frozenset()
        assert store.counts() == {FORM: 1}


def test_names_that_are_new_of_what_is_here_are_kept_too(store_path: Path, envelope: Callable[..., Envelope]) -> None:
    with Arrivals(store_path) as store:
        one, two, three = (store.key("a", name) for name in "123")
        store.take([Arrival(names=(one,), envelope=envelope())])
        assert store.partly([(one, two), (one,), (two, three)]) == {(one, two)}
        assert store.take([], again=store.partly([(one, two)])) == 0
        assert (store.fresh([(two,), (three,)]), store.partly([(one, two)])) == ({(three,)}, frozenset())


def test_what_was_deleted_here_does_not_come_back(store_path: Path, envelope: Callable[..., Envelope]) -> None:
    with Arrivals(store_path) as store:
        store.take([arrival(store, "1", envelope())])
        store.delete([1], date(2027, 5, 20))
        assert store.take([arrival(store, "1", envelope())]) == 0
        assert store.counts() == {}


def test_rows_and_cursor_come_together_or_not_at_all(store_path: Path, envelope: Callable[..., Envelope]) -> None:
    with Arrivals(store_path) as store:
        store._database.execute("CREATE TRIGGER broken BEFORE INSERT ON cursors BEGIN SELECT RAISE(ABORT, 'no'); END")
        with pytest.raises(XinqiaoError):
            store.take([arrival(store, "1", envelope())], CURSOR)
        assert (store.counts(), store.cursor(CURSOR.source, CURSOR.bound)) == ({}, "")
        assert store.fresh([(store.key("away", "1"),)])


def test_a_cursor_is_good_for_its_own_form_alone(store_path: Path) -> None:
    with Arrivals(store_path) as store:
        store.take([], CURSOR)
        assert store.cursor(CURSOR.source, CURSOR.bound) == "7"
        with pytest.raises(XinqiaoError, match="pull-cursor-foreign"):
            store.cursor(CURSOR.source, "away kobo b feedback")


def test_the_key_lies_beside_the_store_for_its_owner_alone(store_path: Path) -> None:
    with Arrivals(store_path) as one, Arrivals(store_path) as two:
        assert one.key("away", "1") == two.key("away", "1") != one.key("home", "1")
    assert store_path.with_name(KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in store_path.parent.iterdir() if "arrivals" in path.name) == [KEY_FILE]


@pytest.mark.parametrize("left", [None, "", "ab", "z" * 64])
def test_without_its_key_nothing_is_taken_that_may_be_here(
    left: str | None, store_path: Path, envelope: Callable[..., Envelope]
) -> None:
    with Arrivals(store_path) as store:
        store.take([arrival(store, "1", envelope())])
    file = store_path.with_name(KEY_FILE)
    file.unlink() if left is None else file.write_text(left, encoding="ascii")
    with pytest.raises(XinqiaoError) as caught:
        Arrivals(store_path)
    assert (caught.value.problems[0].code, caught.value.exit_code) == ("arrivals-key-missing", ExitCode.KEY)


def test_arrivals_cannot_be_taken_back(store_path: Path, envelope: Callable[..., Envelope]) -> None:
    with Arrivals(store_path) as store:
        store.take([arrival(store, "1", envelope())])
        for change in ("DELETE FROM arrivals", "UPDATE arrivals SET key = key"):
            with pytest.raises(sqlite3.IntegrityError):
                store._database.execute(change)


def test_a_store_of_the_version_before_takes_arrivals_too(store_path: Path, envelope: Callable[..., Envelope]) -> None:
    kept = envelope()
    with Store(store_path) as store:
        store.append([kept])
        # As version 2 left it: all but what version 3 has added.
        for change in ("DROP TABLE arrivals", "DROP TABLE cursors", "PRAGMA user_version = 2"):
            store._database.execute(change)
    with Arrivals(store_path) as store:
        assert store.take([arrival(store, "1", envelope())]) == 1
        assert store.counts() == {FORM: 2}
    assert not any("envelopes" in statement for statement in statements(2))
