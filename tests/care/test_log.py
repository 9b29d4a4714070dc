"""The case log keeps sealed entries only, changes none, and tells without a key who is still called for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from xinqiao.care.log import CaseLog, Sealed, Stand
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import AGE_HEADER

ENVELOPE = "a" * 64


def entry(number: int, stand: Stand = Stand.SAME, envelope: str = ENVELOPE) -> Sealed:
    return Sealed(envelope=envelope, form="referral", stand=stand, sealed=AGE_HEADER + bytes([number]))


def test_entries_come_back_in_order_and_the_same_one_is_kept_once(tmp_path: Path) -> None:
    with CaseLog(tmp_path / "cases.db") as log:
        for number in (1, 2, 1):
            log.append(entry(number))
    with CaseLog(tmp_path / "cases.db") as log:
        assert [one.sealed[-1] for one in log.entries()] == [1, 2]
    assert (tmp_path / "cases.db").stat().st_mode & 0o077 == 0


def test_what_is_not_sealed_is_refused_by_type_and_by_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sealed"):
        Sealed(envelope=ENVELOPE, form="referral", stand=Stand.SAME, sealed=b"in clear")
    with CaseLog(tmp_path / "cases.db"):
        pass
    database = sqlite3.connect(tmp_path / "cases.db")
    insert = "INSERT INTO entries (id, envelope, form, stand, sealed) VALUES (?, ?, 'x', 'same', ?)"
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(insert, ("b" * 64, ENVELOPE, b"in clear"))
    database.execute(insert, ("b" * 64, ENVELOPE, AGE_HEADER))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("UPDATE entries SET stand = 'taken'")
    database.close()


@pytest.mark.parametrize(
    ("stands", "found"),
    [
        ([Stand.SAME], Stand.WAITS),
        ([Stand.SAME, Stand.TAKEN, Stand.SAME], Stand.TAKEN),
        ([Stand.TAKEN, Stand.WAITS], Stand.WAITS),
        ([Stand.TAKEN, Stand.WAITS, Stand.TAKEN], Stand.TAKEN),
    ],
)
def test_who_is_called_for_is_told_by_the_last_entry_that_changes_it(
    stands: list[Stand], found: Stand, tmp_path: Path
) -> None:
    with CaseLog(tmp_path / "cases.db") as log:
        for number, stand in enumerate(stands):
            log.append(entry(number, stand))
        assert log.stands() == {ENVELOPE: found}


def test_two_copies_of_a_log_become_one_however_often_they_are_merged(tmp_path: Path) -> None:
    with CaseLog(tmp_path / "here.db") as here, CaseLog(tmp_path / "there.db") as there:
        here.append(entry(1))
        for number in (1, 2, 3):
            there.append(entry(number, Stand.TAKEN if number == 3 else Stand.SAME))
        assert (here.merge(there), here.merge(there), there.merge(here)) == (2, 0, 0)
        assert [*here.entries()] == [*there.entries()]
        assert here.stands() == {ENVELOPE: Stand.TAKEN}


def test_what_is_forgotten_leaves_no_byte(tmp_path: Path) -> None:
    other = "b" * 64
    with CaseLog(tmp_path / "cases.db") as log:
        log.append(Sealed(envelope=ENVELOPE, form="x", stand=Stand.SAME, sealed=AGE_HEADER + b"forget-me" * 40))
        log.append(entry(2, envelope=other))
        assert log.forget({ENVELOPE}) == 1
        assert [*log.stands()] == [other]
    assert b"forget-me" not in (tmp_path / "cases.db").read_bytes()


@pytest.mark.parametrize("content", [b"no database at all", b""], ids=["text", "another program's"])
def test_a_file_of_another_kind_is_not_touched(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    if content:
        path.write_bytes(content)
    else:
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE theirs (x)")
        database.close()
    before = path.read_bytes()
    with pytest.raises(XinqiaoError) as caught:
        CaseLog(path)
    assert caught.value.problems[0].code == "log-unusable"
    assert path.read_bytes() == before
