"""What earlier releases of a form were, checked from every side: store, ledger, files, sealed counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Audience
from xinqiao.dashboard.released import read_whole
from xinqiao.flows import ledger
from xinqiao.intake.seal import Identity, open_sealed
from xinqiao.intake.store import Mark, Store
from xinqiao.safety.ledger import Line
from xinqiao.safety.totals import Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The earlier releases of a form in order, and the ledgers that they stand in.

    `gone` tells whether answers of theirs were deleted: then their sealed counts stand for them. `attended`: by
    which dimensions it was public in them how many came.
    """

    form: str
    marks: tuple[Mark, ...]
    tables: tuple[tuple[SafeTable, ...], ...]
    ledgers: Mapping[Audience, tuple[Line, ...]]
    gone: bool
    attended: frozenset[tuple[str, ...]] = frozenset()

    @property
    def upto(self) -> int:
        """The last sequence number that any of them covers."""
        return self.marks[-1].upto if self.marks else 0

    def unentered(self, audience: Audience) -> tuple[int, ...]:
        """The releases that no line of an audience's ledger speaks of."""
        known = {line.release for line in self.ledgers[audience] if line.form == self.form and not line.closed}
        return tuple(mark.number for mark in self.marks if mark.number not in known)

    @property
    def closed(self) -> bool:
        """Whether nothing more is released of the form."""
        return any(line.closed for lines in self.ledgers.values() for line in lines if line.form == self.form)

    @property
    def corrections(self) -> tuple[int, ...]:
        """The releases, numbered from 0, that left out answers which earlier ones had counted."""
        lines = (line for lines in self.ledgers.values() for line in lines)
        return tuple(sorted({line.release - 1 for line in lines if line.form == self.form and line.corrects}))

    def counts(self, identity: Identity) -> tuple[Totals, ...]:
        """What each was made of. Raises XinqiaoError (counts-missing, counts-unreadable, counts-lacking)."""
        return tuple(_opened(self.form, mark, identity)[0] for mark in self.marks)

    def known_counts(self, identity: Identity) -> tuple[Totals | None, ...]:
        """The same; None for releases that have none, for they were made before counts were kept."""
        return tuple(_opened(self.form, mark, identity)[0] if mark.counts else None for mark in self.marks)

    def used(self, identity: Identity) -> frozenset[str]:
        """What is remembered of the one-time codes that its releases used; raises as `counts` does."""
        return _opened(self.form, self.marks[-1], identity)[1] if self.marks else frozenset()


def sealed_content(counts: Totals, used: Iterable[str]) -> bytes:
    """What is sealed of a release: its counts, and in a second line the one-time codes used up to it."""
    codes = sorted(used)
    return counts.written() + (b"\n" + json.dumps(codes).encode() if codes else b"")


def read_past(config: Config, store: Store, form: str, *, also: str = "") -> Past:
    """The earlier releases, a run that was cut short finished first.

    also: another form whose answers they were made of too: the earlier one of a pair.

    Raises XinqiaoError (exit UNSAFE) where store, ledger and released files do not agree: ledger-*,
    release-missing, release-unrecorded, counts-changed, package-*.
    """
    put_out(config, store, form)
    marks = store.releases(form)
    ledgers = {audience: ledger.agreed(config, store, audience) for audience in Audience}
    folders = _folders(config, form, len(marks))
    problems: list[Problem] = []
    for audience, lines in ledgers.items():
        problems += ledger.faults(lines, ledger.ledger_path(config, audience).parent, [form])
    if problems:
        raise XinqiaoError(problems)
    _check_marks(config, form, marks, ledgers)
    packages = [[read_whole(path) for path in paths] for paths in folders]
    return Past(
        form=form,
        marks=marks,
        tables=tuple(tuple(table for package in beside for table in package.tables) for beside in packages),
        attended=frozenset(known.by for beside in packages for package in beside for known in package.attended),
        ledgers=ledgers,
        gone=any(seq <= marks[-1].upto for of in (form, also) for seq in store.deleted(of)) if marks else False,
    )


def put_out(config: Config, store: Store, form: str) -> None:
    """Enters written releases that the store has recorded in the ledger's file and moves them to where they
    are published; drops any other of the form.

    A run that was cut short between the two is finished by the next.
    """
    ledger.write(config, store)
    for of, number, folder in ledger.staged(config):
        if number <= len(store.releases(of)):
            target = config.released_dir(of, Audience(folder.name)) / f"{number:03}"
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, target)
    shutil.rmtree(config.private_dir / "staged" / form, ignore_errors=True)


def _folders(config: Config, form: str, recorded: int) -> list[list[Path]]:
    """The folders of every earlier release; refuses where store and published folders do not agree."""
    expected = [f"{number:03}" for number in range(1, recorded + 1)]
    found: dict[str, list[Path]] = {}
    for folder in (config.released_dir(form, audience) for audience in Audience):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            found.setdefault(path.name, []).append(path)
    for name in expected:
        if name not in found:
            raise refuse("release-missing", form=form, number=name)
    for name in sorted(set(found) - set(expected)):
        raise refuse("release-unrecorded", form=form, number=name)
    return [found[name] for name in expected]


def _check_marks(config: Config, form: str, marks: Sequence[Mark], ledgers: Mapping[Audience, Sequence[Line]]) -> None:
    """The ledger's lines of a form and the store's marks speak of the same releases and the same counts."""
    digests = {mark.number: mark.digest for mark in marks}
    for audience, lines in ledgers.items():
        for line in (line for line in lines if line.form == form and not line.closed):
            place = Place(file=str(ledger.ledger_path(config, audience)), line=line.line)
            if line.release not in digests:
                raise refuse("ledger-differs", place, number=line.line)
            if digests[line.release] != line.counts:
                raise refuse("counts-changed", place, form=form, number=line.release)


def _opened(form: str, mark: Mark, identity: Identity) -> tuple[Totals, frozenset[str]]:
    if not mark.counts:
        raise refuse("counts-missing", form=form, number=mark.number)
    try:
        counts, _, codes = open_sealed(mark.counts, identity).partition(b"\n")
        used = json.loads(codes) if codes else []
        return Totals.read(counts), frozenset(str(code) for code in used)
    except (XinqiaoError, ValueError, TypeError):
        raise refuse("counts-unreadable", form=form, number=mark.number) from None
