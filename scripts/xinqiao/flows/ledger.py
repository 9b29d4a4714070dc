"""The ledger kept and checked: the files of every release, the lines on record, and the store beside them."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.policy import as_decimal
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import AUDIT
from xinqiao.intake.store import Store
from xinqiao.safety.ledger import FILE, Line, entered, read_ledger

RULES = ("threshold", "mean_from", "mean_decimal_from")


def ledger_path(config: Config, audience: Audience) -> Path:
    """Where an audience's ledger lies: staff's has the staff's files, the public one nothing of them."""
    return config.released_dir("_", audience).parent / FILE


def staged(config: Config) -> tuple[tuple[str, int, Path], ...]:
    """Releases that were written and not put out: form, number, folder of one audience."""
    folders = sorted((config.private_dir / "staged").glob("*/*/*"))
    return tuple((folder.parent.parent.name, int(folder.parent.name), folder) for folder in folders)


def read(path: Path) -> tuple[Line, ...]:
    """A ledger with its chain checked; empty where there is none yet. Raises XinqiaoError (ledger-broken)."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError):
        raise refuse("ledger-broken", Place(file=str(path)), number=1) from None
    return read_ledger(text, str(path))


def agreed(config: Config, store: Store, audience: Audience) -> tuple[Line, ...]:
    """The ledger of an audience as the store has it; the file says the same.

    Lines may be missing at its end only where a release is on record and was not put out any more, or where
    they close a series: the next write adds them.
    Raises XinqiaoError (ledger-broken, ledger-differs).
    """
    waiting = any(number <= len(store.releases(form)) for form, number, _ in staged(config))
    path = ledger_path(config, audience)
    filed, kept = read(path), read_ledger("".join(f"{line}\n" for line in store.ledger(audience.value)), str(path))
    for number, (line, other) in enumerate(itertools.zip_longest(filed, kept), start=1):
        late = line is None and other is not None and (waiting or bool(other.closed))
        if line != other and not late:
            raise refuse("ledger-differs", Place(file=str(path), line=number), number=number)
    return kept


def write(config: Config, store: Store) -> None:
    """Brings the ledgers' files up to what the store has on record; what they hold already is never touched."""
    for audience in Audience:
        path = ledger_path(config, audience)
        new = agreed(config, store, audience)[len(read(path)) :]
        if new:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write("".join(f"{line.written()}\n" for line in new).encode())


def line_of(
    folder: Path,
    tables: Sequence[SafeTable],
    number: int,
    counts: str,
    *,
    left_out: tuple[str, ...] = (),
    afterwards: bool = False,
    reason: Text | None = None,
) -> Line:
    """The line of a written release of one audience, not yet bound to a ledger; reason: why it is a correction."""
    files = hashes(folder)
    policies = [table.policy for table in tables]
    return Line(
        line=0,
        form=tables[0].form,
        release=number,
        form_version=tables[0].form_version,
        period=tables[0].period,
        policy={name: max(getattr(policy, name) for policy in policies) for name in RULES},
        tables=tuple(table.name for table in tables),
        files=files,
        certificate=files.get(AUDIT, ""),
        counts=counts,
        left_out=left_out,
        afterwards=afterwards,
        epsilon=as_decimal(total) if (total := sum((p.epsilon for p in policies), Fraction(0))) else "",
        since=tables[0].since,
        corrects=number - 1 if reason else 0,
        reason={lang.value: reason[lang] for lang in Lang} if reason else {},
    )


def bound(ledger: Sequence[Line], new: Sequence[Line]) -> list[Line]:
    """The new lines, each bound to the one before."""
    lines = list(ledger)
    for line in new:
        lines.append(entered(lines, line))
    return lines[len(ledger) :]


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def faults(ledger: Sequence[Line], root: Path, forms: Sequence[str] | None = None) -> Iterator[Problem]:
    """Where released folders below `root` are not what the ledger has on record; of all forms, or some.

    A folder that no line speaks of is a fault where the ledger has a later release of its form.
    """
    ledger = [line for line in ledger if not line.closed]
    known = {line.name for line in ledger}
    for line in ledger:
        if forms is not None and line.form not in forms:
            continue
        folder = root / line.name
        if not folder.is_dir():
            yield Problem(code="ledger-folder-missing", place=Place(file=str(folder)), params=_named(line.name))
            continue
        found = hashes(folder)
        for name in sorted(set(line.files) | set(found)):
            if line.files.get(name) != found.get(name):
                place = Place(file=str(folder / name))
                yield Problem(code="ledger-file-differs", place=place, params={"name": name, **_named(line.name)})
    for form in dict.fromkeys(line.form for line in ledger if forms is None or line.form in forms):
        for folder in sorted(path for path in (root / form).glob("*") if path.is_dir()):
            if f"{form}/{folder.name}" not in known:
                params = {"form": form, "number": folder.name}
                yield Problem(code="ledger-folder-unknown", place=Place(file=str(folder)), params=params)


def faults_around(packages: Sequence[Path]) -> Iterator[Problem]:
    """The faults of every ledger above released packages, for the forms that these packages are of.

    Raises XinqiaoError (ledger-broken).
    """
    forms: dict[Path, dict[str, None]] = {}
    for package in (path.resolve() for path in packages):
        if package.name.isdecimal() and (package.parents[1] / FILE).is_file():
            forms.setdefault(package.parents[1], {})[package.parent.name] = None
    for root, names in forms.items():
        yield from faults(read(root / FILE), root, list(names))


def _named(name: str) -> dict[str, str]:
    form, _, number = name.rpartition("/")
    return {"form": form, "number": number}


def check_ledgers(config: Config) -> None:
    """Checks every ledger of the portal, its files, and, where the store is on this machine, the store.

    Raises XinqiaoError (exit UNSAFE) with everything that does not agree.
    """
    problems: list[Problem] = []
    for audience in Audience:
        path = ledger_path(config, audience)
        try:
            ledger = read(path)
            if config.store_path.is_file():
                with Store(config.store_path) as store:
                    agreed(config, store, audience)
        except XinqiaoError as error:
            problems += error.problems
            continue
        problems += faults(ledger, path.parent)
    if problems:
        raise XinqiaoError(problems)
