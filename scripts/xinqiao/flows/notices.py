"""`xinqiao inbox --notify`: calls who is on duty where something waits; for a timer, and without any key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from xinqiao.care.case import first_seen
from xinqiao.care.entry import Act, Entry
from xinqiao.care.log import CaseLog, Sealed, Stand
from xinqiao.care.notify import Ways
from xinqiao.care.watch import Waiting, calls, noted, read_waiting, written_waiting
from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.problem import Problem, refuse
from xinqiao.core.text import Text
from xinqiao.flows.desk import STEP, answered_forms, log_path, public_half
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.output import write_output
from xinqiao.intake.seal import seal
from xinqiao.intake.store import Store

STATE, FILE = "waiting.json", "notices.txt"


def notify(config: Config, now: datetime | None = None, ways: Ways | None = None) -> Outcome:
    """One look: what nobody has taken is told to who is on duty, again and to the next as the limits say.

    What it sees first it notes in the case log, sealed to the readers, so that the inbox can prove when it was
    here. now, ways: the moment and the channels, for tests. Raises XinqiaoError: inbox-no-roster, inbox-no-forms,
    and as Store, CaseLog and write_output do.
    """
    now = now or datetime.now(UTC)
    if config.duty is None:
        raise refuse("inbox-no-roster")
    forms = answered_forms(config)
    if not forms:
        raise refuse("inbox-no-forms")
    ways = ways or Ways(notice=config.duty.notice, file=config.store_path.with_name(FILE))
    path = config.store_path.with_name(STATE)
    waiting = noted(read_waiting(path), _found(config, forms, now), now)
    problems: list[Problem] = []
    told: dict[str, Waiting] = {}
    sent = 0
    for call, after in calls(waiting, forms, config.duty, now):
        worked, failed = ways.send(call)
        problems += failed
        if worked:
            sent += 1
            told |= {one.envelope: one for one in after}
    _keep(config, [told.get(one.envelope, one) for one in waiting])
    count = len(waiting)
    said = Text.of(zh=f"等着接手：{count} 件；发出通知：{sent} 条。", en=f"Waiting: {count}. Notices sent: {sent}.")
    return Outcome(said=said, document={"waiting": count, "notices": sent}, problems=tuple(problems))


def _keep(config: Config, waiting: Sequence[Waiting]) -> None:
    path = config.store_path.with_name(STATE)
    if waiting:
        write_output(path, written_waiting(waiting))
    else:
        path.unlink(missing_ok=True)


def _found(config: Config, forms: Mapping[str, Form], now: datetime) -> dict[str, tuple[str, date]]:
    """Envelope → form and day, of all that nobody has taken; what the case log lacks is noted there as seen."""
    if not config.store_path.is_file():
        return {}
    found: dict[str, tuple[str, date]] = {}
    with Store(config.store_path) as store, CaseLog(log_path(config)) as log:
        stands = log.stands()
        for form in forms.values():
            readers = [public for name in form.seal_to if (public := public_half(config, name))]
            for _, envelope in store.envelopes(form.id):
                if envelope.id not in stands and readers:
                    content = Entry(act=Act.SEEN, at=first_seen(envelope.received, now)).written().ljust(STEP)
                    log.append(
                        Sealed(envelope=envelope.id, form=form.id, stand=Stand.SAME, sealed=seal(content, readers))
                    )
                if stands.get(envelope.id, Stand.WAITS) is Stand.WAITS:
                    found[envelope.id] = (form.id, envelope.received)
    return found
