"""The counsellor's desk: envelopes and case log opened with one key, and what is written into the log sealed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from xinqiao.care.case import Case, first_seen, in_order
from xinqiao.care.entry import STANDS, Act, Entry, copy_of, read_copy, read_entry
from xinqiao.care.log import CaseLog, Sealed, Stand
from xinqiao.config import Config
from xinqiao.core.duty import Colleague, Duty
from xinqiao.core.form import Form
from xinqiao.core.occasion import BEIJING
from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.core.record import Submission
from xinqiao.core.text import Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.project import ANSWERED, RECOVERY, load_forms
from xinqiao.intake.keys import Keyring
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.seal import Identity, open_sealed, seal, widened
from xinqiao.intake.store import Store

CASES = "cases.db"
# Sealed notes are padded to a multiple of this, so that their length tells little.
STEP = 4_096


def log_path(config: Config) -> Path:
    """The case log: beside the store, never in the repository."""
    return config.store_path.with_name(CASES)


def forget_cases(config: Config, form: Form, envelopes: set[str]) -> None:
    """Deletes what the case log holds about envelopes that are deleted. Raises XinqiaoError (log-unusable)."""
    if form.purpose in ANSWERED and log_path(config).is_file():
        with CaseLog(log_path(config)) as log:
            log.forget(envelopes)


def merge_log(config: Config, other: Path) -> Outcome:
    """Takes over what a copy of the case log from another machine has and this one lacks; nothing is opened.

    Raises XinqiaoError (log-missing, log-unusable).
    """
    if not other.is_file():
        raise refuse("log-missing", Place(file=str(other)))
    with CaseLog(log_path(config)) as log, CaseLog(other) as copy:
        taken = log.merge(copy)
    said = Text.of(zh=f"并入 {taken} 条记录。", en=f"{taken} entries were taken over.")
    return Outcome(said=said, document={"entries": taken})


def answered_forms(config: Config) -> Mapping[str, Form]:
    """The forms whose answers become cases, by id. Raises XinqiaoError as `load_forms` does."""
    return {form.id: form for form in load_forms(config) if form.purpose in ANSWERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What one key opens, and the way into the case log. `key` is its name, `me` who of the roster has it."""

    config: Config
    duty: Duty
    forms: Mapping[str, Form]
    key: str
    identity: Identity = field(repr=False)

    @property
    def me(self) -> Colleague | None:
        """Who of the roster sits here: of several with the same key the one who is on duty."""
        today = datetime.now(BEIJING).date()
        return next((one for one in self.duty.on(today) if one.key == self.key), None)

    def look(self) -> tuple[tuple[Case, ...], int]:
        """Every case that this key opens, those that wait first, and how many envelopes it does not open.

        What is seen for the first time is noted as seen. Raises XinqiaoError as Store and CaseLog do.
        """
        entries = self._entries()
        submissions, others = self._submissions()
        handed = {
            envelope: read_copy(entry.copy) for envelope, found in entries.items() for entry in found if entry.copy
        }
        others -= len(handed.keys() - submissions.keys())
        cases = [
            Case(form=self.forms[one.form], submission=one, entries=tuple(entries.get(one.id, ())))
            for one in (handed | submissions).values()
        ]
        return in_order([self._seen(case) for case in cases], self.duty), max(others, 0)

    def write(self, case: Case, entry: Entry) -> Case:
        """Seals an entry to everybody who reads the case and keeps it; gives the case with it.

        Who is handed a case gets all earlier entries too. Raises XinqiaoError: colleague-keyless, as CaseLog does.
        """
        readers = self._readers(case, entry)
        with CaseLog(log_path(self.config)) as log:
            if entry.act is Act.HANDED:
                entry = replace(entry, copy=copy_of(case.submission))
                for earlier in case.entries:
                    log.append(self._sealed(case, earlier, readers, Stand.SAME))
            log.append(self._sealed(case, entry, readers, STANDS.get(entry.act, Stand.SAME)))
        return replace(case, entries=(*case.entries, entry))

    def _sealed(self, case: Case, entry: Entry, readers: tuple[str, ...], stand: Stand) -> Sealed:
        content = entry.written()
        padded = content.ljust(-(-len(content) // STEP) * STEP) if len(content) <= 4 * STEP else widened(content)
        return Sealed(envelope=case.submission.id, form=case.form.id, stand=stand, sealed=seal(padded, readers))

    def _readers(self, case: Case, entry: Entry) -> tuple[str, ...]:
        """Public halves of all who read the case: of the form's keys, of who holds it or held it, of this desk."""
        by_name = {one.name: one for one in self.duty.people}
        names = [*case.form.seal_to, *(by_name[one.to].key for one in (*case.entries, entry) if one.to in by_name)]
        found = [public_half(self.config, name) for name in names]
        if entry.to and found[-1] is None:
            raise refuse("colleague-keyless", person=entry.to, key=names[-1])
        return tuple(dict.fromkeys((*filter(None, found), self.identity.public)))

    def _entries(self) -> dict[str, list[Entry]]:
        """Envelope → the entries that this key opens, each once, in order of their moments."""
        found: dict[str, list[Entry]] = {}
        path = log_path(self.config)
        if path.is_file():
            with CaseLog(path) as log:
                for sealed in log.entries():
                    if (entry := self._opened(sealed)) and entry not in found.get(sealed.envelope, ()):
                        found.setdefault(sealed.envelope, []).append(entry)
        return {envelope: sorted(entries, key=lambda entry: entry.at) for envelope, entries in found.items()}

    def _opened(self, sealed: Sealed) -> Entry | None:
        try:
            return read_entry(open_sealed(sealed.sealed, self.identity))
        except XinqiaoError:
            return None

    def _submissions(self) -> tuple[dict[str, Submission], int]:
        found: dict[str, Submission] = {}
        others = 0
        if self.config.store_path.is_file():
            with Store(self.config.store_path) as store:
                for form in self.forms:
                    opened = open_envelopes((one for _, one in store.envelopes(form)), self.identity, form)
                    found |= {one.id: one for one in opened.submissions}
                    others += len(opened.refusals)
        return found, others

    def _seen(self, case: Case) -> Case:
        if any(entry.act is Act.SEEN for entry in case.entries):
            return case
        at = first_seen(case.submission.received, datetime.now(UTC))
        return self.write(case, Entry(act=Act.SEEN, at=at))


def public_half(config: Config, name: str) -> str | None:
    """The public half of a key by its name; None where there is none."""
    ring = Keyring(config.keys_dir)
    return config.keys.get(name) or (ring.public(name) if name in ring.names() else None)


def open_desk(config: Config, passphrase: str | None, key: str = "") -> Desk:
    """The desk of who has a key, by default the reader of the first form that somebody answers.

    Raises XinqiaoError: inbox-no-roster, inbox-no-forms, key-missing, passphrase-wrong.
    """
    if config.duty is None:
        raise refuse("inbox-no-roster")
    forms = answered_forms(config)
    if not forms:
        raise refuse("inbox-no-forms")
    name = key or next(one for form in forms.values() for one in form.seal_to if one != RECOVERY)
    identity = Keyring(config.keys_dir).unlock(name, passphrase)
    return Desk(config=config, duty=config.duty, forms=forms, key=name, identity=identity)
