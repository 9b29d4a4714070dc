from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import Envelope
from xinqiao.intake.store import Mark, Store

from .conftest import DAY, FORM, MARKER, Keys

AGE = b"age-encryption.org/v1\n"
Sealed = Callable[..., Envelope]


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    with Store(store_path) as opened:
        yield opened


def test_what_was_appended_comes_back_in_order(store: Store, envelope: Sealed) -> None:
    kept = [envelope() for _ in range(3)]
    other = envelope(form="another")
    assert store.append([kept[0], other]) == 2
    assert store.append(kept[1:]) == 2
    assert [(seq, one) for seq, one in store.envelopes(FORM)] == list(zip((1, 3, 4), kept, strict=True))
    assert [one for _, one in store.envelopes(FORM, after=1)] == kept[1:]
    assert store.counts() == {FORM: 3, "another": 1}
    assert [one.received for _, one in store.envelopes(FORM)] == [DAY] * 3


def test_the_same_envelope_again_is_not_doubled(store: Store, envelope: Sealed) -> None:
    one, two = envelope(), envelope()
    assert store.append([one, one]) == 1
    assert store.append([one, two]) == 1
    assert store.counts() == {FORM: 2}
    assert store.append([]) == 0


def test_what_was_kept_outlives_the_process_that_kept_it(store_path: Path, envelope: Sealed) -> None:
    kept = envelope()
    with Store(store_path) as first:
        first.append([kept])
    with Store(store_path) as second:
        assert [one for _, one in second.envelopes(FORM)] == [kept]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM envelopes", "UPDATE envelopes SET form = 'x'", "DELETE FROM releases",
     "UPDATE releases SET upto = 0",
     "REPLACE INTO releases VALUES ('feedback', 1, 0)",
     "INSERT INTO envelopes (id, form, received, sealed) VALUES (hex(randomblob(32)), 'f', '2026-05-20', x'7b7d')"],
)  # fmt: skip
def test_the_file_itself_refuses_changes_and_plaintext(statement: str, store: Store, envelope: Sealed) -> None:
    store.append([envelope()])
    store.mark_release(FORM, 1, 1)
    with closing(sqlite3.connect(store.path)) as database:
        # Without this REPLACE removes rows and tells no trigger.
        database.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(statement)
    assert store.counts() == {FORM: 1}
    assert store.releases(FORM) == (Mark(number=1, upto=1),)


def test_plaintext_cannot_become_an_envelope() -> None:
    with pytest.raises(ValueError, match="sealed bytes only"):
        Envelope(id="0" * 64, form=FORM, received=DAY, sealed=MARKER.encode())


def test_no_answer_and_no_time_is_written_to_the_disk(store: Store, envelope: Sealed) -> None:
    store.append([envelope() for _ in range(20)])
    files = list(store.path.parent.iterdir())
    written = b"".join(path.read_bytes() for path in files)
    assert {path.suffix for path in files} >= {".db", ".db-wal"}
    assert b"age-encryption.org" in written
    assert not any(word in written for word in (MARKER.encode(), b"nobody may see", b"topics", b"listen"))
    with closing(sqlite3.connect(store.path)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(envelopes)")]
        days = database.execute("SELECT DISTINCT received FROM envelopes").fetchall()
    assert columns == ["seq", "id", "form", "received", "sealed"]
    assert days == [(DAY.isoformat(),)]


def test_only_the_owner_can_read_the_files(store: Store, envelope: Sealed) -> None:
    store.append([envelope()])
    assert {stat.S_IMODE(path.stat().st_mode) for path in store.path.parent.iterdir()} == {0o600}


def test_every_commit_is_forced_to_the_disk(store: Store) -> None:
    database = store._database
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_an_envelope_changed_in_the_file_is_passed_over_and_counted(store: Store, envelope: Sealed) -> None:
    kept = [envelope() for _ in range(3)]
    store.append(kept)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as database:
        database.execute("DROP TRIGGER envelopes_update")
        database.execute("UPDATE envelopes SET sealed = CAST(sealed || x'00' AS BLOB) WHERE seq = 2")
    assert [one for _, one in store.envelopes(FORM)] == [kept[0], kept[2]]
    assert store.damaged(FORM) == 1


def test_releases_are_marked_once(store: Store) -> None:
    store.mark_release(FORM, 1, 10)
    store.mark_release(FORM, 2, 30)
    with pytest.raises(XinqiaoError, match="release-marked"):
        store.mark_release(FORM, 2, 40)
    assert store.releases(FORM) == (Mark(number=1, upto=10), Mark(number=2, upto=30))
    assert store.releases("another") == ()


def test_a_line_of_the_ledger_that_is_no_release_is_entered_once(store: Store) -> None:
    store.mark_release(FORM, 1, 1, lines=[("public", 1, "one")])
    store.enter([("public", 2, "two"), ("staff", 1, "one")])
    with pytest.raises(XinqiaoError, match="store-busy"):
        store.enter([("public", 3, "three"), ("staff", 1, "other")])
    assert (store.ledger("public"), store.ledger("staff")) == (("one", "two"), ("one",))


def test_a_locked_store_says_so_and_keeps_nothing(store_path: Path, envelope: Sealed) -> None:
    with Store(store_path, wait=0.05) as store, closing(sqlite3.connect(store_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for write in (lambda: store.append([envelope()]), store.probe):
            with pytest.raises(XinqiaoError, match="store-busy"):
                write()
        other.execute("ROLLBACK")
        store.probe()
        assert store.counts() == {}


def test_a_full_disk_says_so_and_keeps_all_or_none(store: Store, envelope: Sealed) -> None:
    store.append([envelope()])
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(XinqiaoError, match="store-full"):
        store.append([envelope() for _ in range(20)])
    assert store.counts() == {FORM: 1}


def test_what_is_not_our_store_is_left_alone(tmp_path: Path) -> None:
    text, foreign, newer = tmp_path / "text.db", tmp_path / "foreign.db", tmp_path / "newer.db"
    text.write_text("answers, " * 500)
    with closing(sqlite3.connect(foreign)) as database:
        database.execute("CREATE TABLE theirs (a)")
    with Store(newer), closing(sqlite3.connect(newer)) as database:
        database.execute("PRAGMA user_version = 99")
    for path, code in [(text, "unusable"), (foreign, "unusable"), (newer, "newer"), (tmp_path, "unusable")]:
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(XinqiaoError, match=f"store-{code}"):
            Store(path)
        assert not path.is_file() or path.read_bytes() == before


APPENDER = """
import sys
from datetime import date
from pathlib import Path
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store

with Store(Path(sys.argv[1])) as store:
    while True:
        sealed = seal(payload("feedback", 1, Lang.ZH, {}), [sys.argv[2]])
        one = Envelope(id=envelope_id(sealed), form="feedback", received=date(2026, 5, 20), sealed=sealed)
        store.append([one])
        print(one.id, flush=True)
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(store_path: Path, keys: Keys) -> None:
    acknowledged: list[str] = []
    for _ in range(5):
        command = [sys.executable, "-c", APPENDER, str(store_path), keys.reader.public]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged += [process.stdout.readline().strip() for _ in range(8)]
            os.kill(process.pid, signal.SIGKILL)
            acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    with Store(store_path) as store:
        ids = [one.id for _, one in store.envelopes(FORM)]
    assert len(acknowledged) >= 40
    assert set(acknowledged) <= set(ids)
    assert len(ids) == len(set(ids)) <= len(acknowledged) + 5


def test_deleted_envelopes_are_gone_from_the_file_and_do_not_come_back(store: Store, envelope: Sealed) -> None:
    # Short ones lie in the table's pages, long ones in pages of their own.
    kept, gone = [envelope(), envelope(AGE + b"k" * 300)], [envelope(), envelope(AGE + b"g" * 300)]
    store.append([kept[0], gone[0], gone[1], kept[1]])
    store.delete([2, 3], DAY)
    written = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    for one in gone:
        parts = [one.sealed[at : at + 32] for at in range(len(AGE), len(one.sealed) - 32, 32)]
        assert parts
        assert not any(part in written for part in parts)
    assert all(one.sealed[-64:] in written for one in kept)
    assert store.deleted(FORM) == (2, 3)
    assert [seq for seq, _ in store.envelopes(FORM)] == [1, 4]
    assert store.append(gone) == 0
    assert store.counts() == {FORM: 2}


def test_the_number_of_a_deleted_envelope_is_not_given_again(store: Store, envelope: Sealed) -> None:
    store.append([envelope() for _ in range(3)])
    store.delete([1, 2, 3], DAY)
    new = envelope()
    assert store.append([new]) == 1
    assert list(store.envelopes(FORM)) == [(4, new)]


def test_without_a_tombstone_nothing_is_deleted_and_tombstones_stay(store: Store, envelope: Sealed) -> None:
    store.append([envelope() for _ in range(2)])
    store.delete([1], DAY)
    with closing(sqlite3.connect(store.path)) as database:
        for statement in ("DELETE FROM envelopes", "DELETE FROM tombstones", "UPDATE tombstones SET seq = 9"):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(statement)
        tombstone = database.execute("SELECT form, received, deleted FROM tombstones").fetchall()
    assert tombstone == [(FORM, DAY.isoformat(), DAY.isoformat())]
    assert store.counts() == {FORM: 1}


def test_a_reader_that_holds_the_log_is_told_of(store: Store, envelope: Sealed) -> None:
    store.append([envelope() for _ in range(2)])
    with closing(sqlite3.connect(store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM envelopes").fetchone()
        store._database.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(XinqiaoError, match="store-busy"):
            store.delete([1], DAY)
        reader.execute("ROLLBACK")
    store.delete([], DAY)
    assert store.path.with_suffix(".db-wal").stat().st_size == 0
    assert store.deleted(FORM) == (1,)


def test_a_store_of_the_first_version_is_brought_up_to_date(store_path: Path, envelope: Sealed) -> None:
    old = envelope()
    with Store(store_path) as store:
        store.append([old])
        for name in ("counts", "ledger", "tombstones", "arrivals", "cursors"):
            store._database.execute(f"DROP TABLE {name}")
        store._database.execute("PRAGMA user_version = 1")
    with Store(store_path) as store:
        assert list(store.envelopes(FORM)) == [(1, old)]
        store.mark_release(FORM, 1, 1, {1: old.sealed}, [("public", 1, "{}")])
        assert store.releases(FORM) == (Mark(number=1, upto=1, counts=old.sealed),)
        assert store.ledger("public") == ("{}",)
        store.delete([1], DAY)
        assert store.counts() == {}


def test_a_release_is_marked_with_all_that_belongs_to_it_or_not_at_all(store: Store, envelope: Sealed) -> None:
    sealed = envelope().sealed
    store.mark_release(FORM, 1, 1, {1: sealed}, [("public", 1, "{}")])
    with pytest.raises(XinqiaoError, match="release-marked"):
        store.mark_release(FORM, 2, 1, {2: sealed}, [("public", 1, "another")])
    assert len(store.releases(FORM)) == 1
    assert store.ledger("public") == ("{}",)
