"""`xinqiao release`: the sealed store's answers become the next release, gated by all earlier ones."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import refuse
from xinqiao.core.record import ScoredRow
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.package import write_package
from xinqiao.dashboard.released import read_package
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.project import AGGREGATION, load_form
from xinqiao.flows.protect import certificate_of, protect, tables_document
from xinqiao.forms.schema import table_schema
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import REASONS as ENVELOPES_ASIDE
from xinqiao.intake.opening import Opened, open_envelopes
from xinqiao.intake.store import Store
from xinqiao.safety.release import Earlier
from xinqiao.tables.day import weeks
from xinqiao.tables.finding import REASONS as ROWS_ASIDE
from xinqiao.tables.read import from_submissions
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import Validated, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Everything that came in, each with its sequence number in the store."""

    rows: tuple[tuple[int, ScoredRow], ...] = field(repr=False)
    aside: tuple[tuple[int, str], ...]

    def rows_until(self, last: float = math.inf) -> tuple[ScoredRow, ...]:
        """The rows that had come by then."""
        return tuple(row for sequence, row in self.rows if sequence <= last)

    def aside_until(self, last: float = math.inf) -> Mapping[str, int]:
        """How many had been set aside by then, for every reason that there can be."""
        counted = Counter(code for sequence, code in self.aside if sequence <= last)
        return dict.fromkeys((*ENVELOPES_ASIDE, *ROWS_ASIDE), 0) | counted

    def earlier(self, last: int, tables: tuple[SafeTable, ...]) -> Earlier:
        """What an earlier release was made of, and what it told."""
        return Earlier(rows=self.rows_until(last), tables=tables, quarantined=self.aside_until(last))


def release(config: Config, ref: str, passphrase: str | None, progress: Progress) -> Outcome:
    """Opens, validates, scores, counts, protects, audits; writes the next release or nothing."""
    form = load_form(config, ref)
    with Store(config.store_path) as store:
        marks = store.releases(form.id)
        _put_out(config, form.id, recorded=len(marks))
        published = _published(config, form, len(marks))
        numbered = tuple(store.envelopes(form.id))
        progress(f"{len(numbered)} envelopes: open")
        identity = Keyring(config.keys_dir).unlock(AGGREGATION, passphrase)
        opened = open_envelopes((envelope for _, envelope in numbered), identity, form.id)
        progress("validate, score")
        checked = validate(form, table_schema(form, Lang.EN), from_submissions(form, opened.submissions))
        place = {envelope.id: sequence for sequence, envelope in numbered}
        came = _came(form, opened, checked, place, store.damaged(form.id))
        progress("count, protect, audit")
        released = protect(
            config,
            form,
            came.rows_until(),
            came.aside_until(),
            period=weeks(submission.received for submission in opened.submissions),
            earlier=[came.earlier(upto, told) for (_, upto), told in zip(marks, published, strict=True)],
        )
        number = len(marks) + 1
        for audience, tables in by_audience(form, released.tables).items():
            folder = _staged(config, form.id, number) / audience.value
            write_package(folder, form, tables, certificate_of(released, tables), demonstration=config.demonstration)
        # Written, then recorded, then put out: what is published but not recorded could never be audited
        # against, and what is recorded but was never written would bar every later release.
        store.mark_release(form.id, number, numbered[-1][0] if numbered else 0)
        _put_out(config, form.id, recorded=number)
    said = Text.of(
        zh=f"“{form.title[Lang.ZH]}”第 {number} 次发布：{len(came.rows)} 份答卷入表。运行 xinqiao build 更新页面。",
        en=f"Release {number} of “{form.title[Lang.EN]}”: {len(came.rows)} answers are in its tables. "
        "`xinqiao build` brings the page up to date.",
    )
    document = {"form": form.id, "release": number, "rows": len(came.rows), "set_aside": len(came.aside)}
    return Outcome(said=said, document={**document, **tables_document(released)}, problems=checked.problems)


def _came(form: Form, opened: Opened, checked: Validated, place: Mapping[str, int], damaged: int) -> Came:
    """`place`: envelope id → sequence number in the store."""
    at = [place[submission.id] for submission in opened.submissions]
    score = scorer(form)
    rows = [(at[number - 1], score(row)) for number, row in checked.rows]
    aside = [(at[number - 1], code) for number, code in checked.row_reasons.items()]
    aside += [(place[envelope], code) for envelope, code in opened.refusals.items()]
    # Of a damaged envelope nothing is known, not even when it came: it counts in every release.
    aside += [(0, "envelope-damaged")] * damaged
    return Came(rows=tuple(rows), aside=tuple(aside))


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


def _put_out(config: Config, form: str, recorded: int) -> None:
    """Moves written releases that the store has recorded to where they are published; drops any other.

    A run that was cut short between the two is finished by the next.
    """
    for folder in sorted(_staged(config, form, 0).parent.glob("*/*")):
        name = folder.parent.name
        if int(name) <= recorded:
            target = config.released_dir(form, Audience(folder.name)) / name
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, target)
    shutil.rmtree(_staged(config, form, 0).parent, ignore_errors=True)


def _published(config: Config, form: Form, recorded: int) -> list[tuple[SafeTable, ...]]:
    """The tables of every earlier release; refuses where store and published folders do not agree."""
    expected = [f"{number:03}" for number in range(1, recorded + 1)]
    found: dict[str, list[Path]] = {}
    for folder in (config.released_dir(form.id, audience) for audience in Audience):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            found.setdefault(path.name, []).append(path)
    for name in expected:
        if name not in found:
            raise refuse("release-missing", form=form.id, number=name)
    for name in sorted(set(found) - set(expected)):
        raise refuse("release-unrecorded", form=form.id, number=name)
    return [tuple(table for path in found[name] for table in read_package(path)) for name in expected]
