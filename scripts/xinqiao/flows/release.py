"""`xinqiao release`: the sealed store's answers become the next release, gated by all earlier ones."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem, refuse
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Attendance, Audience
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import write_package
from xinqiao.dashboard.released import read_package
from xinqiao.flows.came import Came, came, paired
from xinqiao.flows.correct import Absent, check_correction
from xinqiao.flows.ledger import bound, line_of
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.pairs import check_told_once
from xinqiao.flows.past import Past, put_out, read_past, sealed_content
from xinqiao.flows.project import AGGREGATION, load_form, recipients
from xinqiao.flows.protect import certificate_of, protect, protect_most, tables_document
from xinqiao.intake import void
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import Identity, seal, widened
from xinqiao.intake.store import Store
from xinqiao.safety.ledger import Line
from xinqiao.safety.noise import check_budget
from xinqiao.safety.release import Release, earlier_from_counts


def release(
    config: Config, ref: str, passphrase: str | None, progress: Progress, *, reason: Text | None = None
) -> Outcome:
    """Opens, validates, scores, counts, protects, audits; writes the next release or nothing.

    reason: why this release corrects the one before, that is, leaves out the answers that are void now.
    """
    form = load_form(config, ref)
    if not form.summaries:
        raise refuse("release-no-tables", form=form.id)
    check_told_once(config, form)
    with Store(config.store_path) as store:
        listed = void.length(store)
        past = read_past(config, store, form.id, also=form.earlier.id if form.earlier else "")
        if past.closed:
            raise refuse("release-closed", form=form.id)
        _check_attendance(form, past)
        absent = Absent.of(store, past, now=reason is not None)
        check_correction(past, absent, now=reason is not None)
        identity = Keyring(config.keys_dir).unlock(AGGREGATION, passphrase)
        if not past.marks and form.id not in store.counts():
            raise refuse("release-no-answers", form=form.id)
        answers, problems = came(store, form, past, absent, identity, progress)
        answers, more = paired(store, form, identity, answers)
        progress("count, protect, audit")
        released, left_out = _protected(config, form.joined, answers, past, identity)
        number = len(past.marks) + 1
        counts = _sealed(config, form, identity, past, released, answers)
        # Written, then recorded, then put out: what is published but not recorded could never be audited
        # against, and what is recorded but was never written would bar every later release.
        _write(config, form, number, released)
        lines = _lines(config, form, past, released, counts, left_out, reason)
        lines.append(void.release_line(listed, form.id, number))
        store.mark_release(form.id, number, max(past.upto, answers.last), counts, lines)
        put_out(config, store, form.id)
    told = [*problems, *more, *_notices(form, past, left_out)]
    return _outcome(form, number, released, left_out, told, corrects=number - 1 if reason else 0)


def _write(config: Config, form: Form, number: int, released: Release) -> None:
    """The packages of a release, aside, one for each audience."""
    for audience, tables in by_audience(form, released.tables).items():
        write_package(
            _staged(config, form.id, number) / audience.value,
            form.joined,
            tables,
            certificate_of(form, released, tables),
            demonstration=config.demonstration,
            attended=released.attended,
            corrected=released.corrected,
        )


def _outcome(
    form: Form, number: int, released: Release, left_out: Collection[str], told: Sequence[Problem], *, corrects: int
) -> Outcome:
    people = sum(count for (name, _, _), count in released.counts.atoms.items() if not name)
    said = Text.of(
        zh=f"“{form.title[Lang.ZH]}”第 {number} 次发布{f'（更正第 {corrects} 次）' if corrects else ''}："
        f"{people} 份答卷入表。运行 xinqiao build 更新页面。",
        en=f"Release {number} of “{form.title[Lang.EN]}”{f', which corrects release {corrects}' if corrects else ''}: "
        f"{people} answers are in its tables. `xinqiao build` brings the page up to date.",
    )
    document = {
        "form": form.id,
        "release": number,
        **({"corrects": corrects} if corrects else {}),
        "rows": people,
        "set_aside": sum(released.counts.quarantined.values()),
        "left_out": list(left_out),
    }
    return Outcome(said=said, document={**document, **tables_document(released)}, problems=tuple(told))


def _check_attendance(form: Form, past: Past) -> None:
    """What everybody once knew is not forgotten: attendance that was public stays so."""
    public = {summary.by for summary in form.summaries if summary.attendance is Attendance.PUBLIC}
    for by in sorted(past.attended - public):
        raise refuse("attendance-withdrawn", form=form.id, by=", ".join(by))


def _protected(
    config: Config, form: Form, came: Came, past: Past, identity: Identity
) -> tuple[Release, tuple[str, ...]]:
    """The release, gated by all earlier ones; where answers of theirs were deleted, by their sealed counts."""
    if past.gone:
        sealed = past.counts(identity)
        earlier = earlier_from_counts(form, past.tables, sealed)
    else:
        earlier = came.earlier(past, past.known_counts(identity))
    period = came.weeks_after(past.upto)
    lines = [line for ledger in past.ledgers.values() for line in ledger]
    check_budget(form.id, form.summaries, lines, period)

    def attempt(left_out: Collection[str]) -> Release:
        return protect(
            config,
            form,
            came.rows_until(),
            came.aside_until(),
            period=period,
            earlier=earlier,
            left_out=left_out,
        )

    return protect_most(form, attempt)


def _sealed(
    config: Config, form: Form, identity: Identity, past: Past, released: Release, came: Came
) -> dict[int, bytes]:
    """The counts of this release and of earlier ones that have none yet, sealed to the form's readers."""
    readers = tuple(dict.fromkeys((*recipients(config, form)[0], identity.public)))
    lacking = {mark.number: counts for mark, counts in zip(past.marks, released.before, strict=True) if not mark.counts}
    counts = {**lacking, len(past.marks) + 1: released.counts}
    upto = {mark.number: mark.upto for mark in past.marks}
    return {
        number: seal(widened(sealed_content(made, came.codes_until(upto.get(number, math.inf)))), readers)
        for number, made in counts.items()
    }


def _lines(
    config: Config,
    form: Form,
    past: Past,
    released: Release,
    counts: Mapping[int, bytes],
    left_out: Collection[str],
    reason: Text | None,
) -> list[tuple[str, int, str]]:
    """The ledgers' new lines: this release, before it those that were made when there was no ledger."""
    digests = {mark.number: mark.digest for mark in past.marks}
    digests |= {number: hashlib.sha256(sealed).hexdigest() for number, sealed in counts.items()}
    number = len(past.marks) + 1
    audiences = {summary.name: summary.audience for summary in form.summaries}
    lines: list[tuple[str, int, str]] = []
    for audience in Audience:
        new: list[Line] = []
        for old in past.unentered(audience):
            folder = config.released_dir(form.id, audience) / f"{old:03}"
            if folder.is_dir():
                new.append(line_of(folder, read_package(folder), old, digests[old], afterwards=True))
        if tables := by_audience(form, released.tables).get(audience):
            folder = _staged(config, form.id, number) / audience.value
            without = tuple(name for name in left_out if audiences[name] is audience)
            new.append(line_of(folder, tables, number, digests[number], left_out=without, reason=reason))
        lines += [(audience.value, line.line, line.written()) for line in bound(past.ledgers[audience], new)]
    return lines


def _notices(form: Form, past: Past, left_out: Collection[str]) -> Iterator[Problem]:
    """What a person should know of a release that was made."""
    for name in left_out:
        yield Problem(code="release-left-out", params={"table": name})
    entered = {line.release for lines in past.ledgers.values() for line in lines if line.form == form.id}
    if before := [mark.number for mark in past.marks if mark.number not in entered]:
        yield Problem(code="ledger-entered", params={"form": form.id, "releases": len(before)})


def by_audience(form: Form, tables: Sequence[SafeTable]) -> Mapping[Audience, tuple[SafeTable, ...]]:
    """Tables parted by who may see them; those of the portal itself (`_quarantine`) go with the widest."""
    audiences = {summary.name: summary.audience for summary in form.summaries}
    widest = Audience.PUBLIC if Audience.PUBLIC in audiences.values() else Audience.STAFF
    parted: dict[Audience, tuple[SafeTable, ...]] = {}
    for table in tables:
        audience = audiences.get(table.name, widest)
        parted[audience] = (*parted.get(audience, ()), table)
    return parted


def _staged(config: Config, form: str, number: int) -> Path:
    return config.private_dir / "staged" / form / f"{number:03}"
