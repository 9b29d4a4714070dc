"""Backups while answers come in, and merging them: nothing is lost, nothing comes twice or back."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import Envelope
from xinqiao.intake import copies
from xinqiao.intake.arrivals import Arrival, Arrivals
from xinqiao.intake.copies import Merged, backup, merge
from xinqiao.intake.store import Store

from .conftest import DAY, FORM, MARKER

Sealed = Callable[..., Envelope]


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    with Store(store_path) as opened:
        yield opened


def held(path: Path) -> list[Envelope]:
    with Store(path) as store:
        return [one for _, one in store.envelopes(FORM)]


def test_a_backup_holds_what_the_store_holds_in_one_file_for_its_owner(
    store: Store, envelope: Sealed, tmp_path: Path
) -> None:
    kept = [envelope() for _ in range(5)]
    store.append(kept)
    store.mark_release(FORM, 1, 2, {1: kept[0].sealed}, [("public", 1, "{}")])
    copy = tmp_path / "copy" / "one.db"
    copy.parent.mkdir()
    assert backup(store.path, copy) == 5
    assert [path.name for path in copy.parent.iterdir()] == ["one.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert MARKER.encode() not in copy.read_bytes()
    copy.chmod(0o400)
    with closing(sqlite3.connect(f"{copy.as_uri()}?immutable=1", uri=True)) as database:
        assert database.execute("SELECT count(*) FROM envelopes").fetchone() == (5,)
    copy.chmod(0o600)
    assert held(copy) == kept
    with Store(copy) as restored:
        assert restored.releases(FORM) == store.releases(FORM)
        assert restored.ledger("public") == ("{}",)


def test_a_backup_of_a_store_in_use_is_of_one_moment(store: Store, envelope: Sealed, tmp_path: Path) -> None:
    """Each transaction puts in two envelopes; no copy has half of one, and none that was there before lacks."""
    pairs = [[envelope(), envelope()] for _ in range(30)]
    done: list[Envelope] = []
    stop = threading.Event()

    def fill() -> None:
        with Store(store.path) as own:
            for pair in pairs:
                own.append(pair)
                done.extend(pair)
        stop.set()

    writing = threading.Thread(target=fill)
    writing.start()
    copied = 0
    while not stop.is_set() or not copied:
        before = list(done)
        copy = tmp_path / f"{copied}.db"
        assert backup(store.path, copy) % 2 == 0
        assert {one.id for one in before} <= {one.id for one in held(copy)}
        copied += 1
    writing.join()


def test_nothing_is_overwritten_and_nothing_unfinished_is_left(
    store: Store, envelope: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append([envelope()])
    folder = tmp_path / "copies"
    folder.mkdir()
    there = folder / "there.db"
    there.write_text("an older one")
    with pytest.raises(XinqiaoError, match="backup-exists"):
        backup(store.path, there)
    assert there.read_text() == "an older one"
    with pytest.raises(XinqiaoError, match="backup-unwritable"):
        backup(store.path, tmp_path / "nowhere" / "x.db")

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(XinqiaoError, match="backup-unwritable"):
        backup(store.path, folder / "new.db")
    assert [path.name for path in folder.iterdir()] == ["there.db"]


def test_a_backup_is_merged_without_doubles(
    store: Store, envelope: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store was lost and begun anew; what the backup has comes after what is there."""
    monkeypatch.setattr(copies, "BATCH", 3)
    kept = [envelope() for _ in range(8)]
    with Store(tmp_path / "lost.db") as lost:
        lost.append(kept)
        lost.append([envelope(form="another")])
    copy = tmp_path / "copy.db"
    backup(tmp_path / "lost.db", copy)
    new = envelope()
    store.append([kept[4], new])
    before = copy.read_bytes()
    assert merge(store, copy) == Merged(new=8, known=1, damaged=0)
    assert copy.read_bytes() == before
    assert [one for _, one in store.envelopes(FORM)] == [kept[4], new, *kept[:4], *kept[5:]]
    assert store.counts() == {"another": 1, FORM: 9}
    assert merge(store, copy) == Merged(new=0, known=9, damaged=0)


def test_what_was_deleted_in_time_does_not_come_back(store: Store, envelope: Sealed, tmp_path: Path) -> None:
    store.append([envelope() for _ in range(4)])
    copy = tmp_path / "copy.db"
    backup(store.path, copy)
    store.delete([2, 3], DAY)
    assert merge(store, copy) == Merged(new=0, known=4, damaged=0)
    assert store.counts() == {FORM: 2}


def test_damaged_envelopes_are_counted_and_left(store: Store, envelope: Sealed, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with Store(copy) as other:
        other.append([envelope() for _ in range(4)])
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.execute("DROP TRIGGER envelopes_update")
        database.execute("UPDATE envelopes SET sealed = CAST(sealed || x'00' AS BLOB) WHERE seq = 2")
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("UPDATE envelopes SET sealed = x'7b7d' WHERE seq = 3")
    assert merge(store, copy) == Merged(new=2, known=0, damaged=2)
    assert store.counts() == {FORM: 2}


def test_a_file_that_took_answers_from_elsewhere_is_not_merged_where_nobody_knows_of_them(
    envelope: Sealed, tmp_path: Path
) -> None:
    """Pulled again here they would count twice; a copy of this very store is no harm."""
    (tmp_path / "there").mkdir()
    with Arrivals(tmp_path / "there" / "store.db") as there:
        there.take([Arrival(names=(there.key("kobo", "17"),), envelope=envelope())])
        backup(there.path, tmp_path / "copy.db")
        assert merge(there, tmp_path / "copy.db") == Merged(new=0, known=1, damaged=0)
    with Store(tmp_path / "here.db") as here:
        with pytest.raises(XinqiaoError, match="merge-arrivals"):
            merge(here, tmp_path / "copy.db")
        assert here.counts() == {}


def test_a_file_that_knows_of_more_releases_is_not_merged(store: Store, envelope: Sealed, tmp_path: Path) -> None:
    """What it released would be counted again; the other way round it is no harm."""
    copy = tmp_path / "copy.db"
    with Store(copy) as other:
        other.append([envelope() for _ in range(2)])
        other.mark_release(FORM, 1, 2)
    store.append([envelope()])
    with pytest.raises(XinqiaoError, match="merge-released"):
        merge(store, copy)
    assert store.counts() == {FORM: 1}
    with Store(copy) as other:
        assert merge(other, store.path) == Merged(new=1, known=0, damaged=0)
        assert merge(other, store.path) == Merged(new=0, known=1, damaged=0)


def test_what_is_no_store_is_not_merged(store: Store, tmp_path: Path) -> None:
    text, foreign, newer = tmp_path / "text.db", tmp_path / "foreign.db", tmp_path / "newer.db"
    text.write_text("answers, " * 500)
    with closing(sqlite3.connect(foreign)) as database:
        database.execute("CREATE TABLE envelopes (a)")
    with Store(newer), closing(sqlite3.connect(newer)) as database:
        database.execute("PRAGMA user_version = 99")
    for path in (text, foreign, tmp_path, tmp_path / "nowhere.db", store.path):
        with pytest.raises(XinqiaoError, match="merge-unusable"):
            merge(store, path)
    with pytest.raises(XinqiaoError, match="store-newer"):
        merge(store, newer)
    assert store.counts() == {}
