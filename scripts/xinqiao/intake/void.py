"""The list of void envelopes: which answers are to count no longer, and from when on.

It lies in the store beside the ledgers of releases, append-only like these. Every release adds a line of its own too,
so that no envelope can be entered while a release that knows nothing of it is being made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from xinqiao.core.problem import Place, refuse
from xinqiao.intake.store import Store

# Under this name the store keeps the list.
LIST = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A void envelope: its number in the store and its id, the day, and after how many releases it was entered."""

    form: str
    envelope: str
    sequence: int
    after: int
    day: str


def voids(store: Store, form: str) -> tuple[Void, ...]:
    """The void envelopes of a form as they were entered. Raises XinqiaoError (void-list-broken)."""
    found = []
    for written in store.ledger(LIST):
        try:
            content = json.loads(written)
            if "envelope" in content and content["form"] == form:
                found.append(Void(**content))
        except (ValueError, TypeError, KeyError):
            raise refuse("void-list-broken", Place(file=str(store.path))) from None
    return tuple(found)


def enter(
    store: Store, form: str, envelopes: Iterable[str], after: int, today: date, *, lines: int
) -> tuple[Void, ...]:
    """Enters envelopes of a form, all or none; those that are void already are passed over. Gives the new ones.

    after: how many releases the form has; lines: how many the list had before these were counted. Raises XinqiaoError:
    void-unknown with every id that the store does not have, store-busy where a release was made meanwhile.
    """
    known = {one.envelope for one in voids(store, form)}
    wanted = [envelope for envelope in dict.fromkeys(envelopes) if envelope not in known]
    at = {envelope.id: sequence for sequence, envelope in store.envelopes(form)} if wanted else {}
    if lacking := [envelope for envelope in wanted if envelope not in at]:
        raise refuse("void-unknown", form=form, ids=", ".join(envelope[:16] for envelope in lacking))
    new = tuple(
        Void(form=form, envelope=envelope, sequence=at[envelope], after=after, day=today.isoformat())
        for envelope in wanted
    )
    store.enter([(LIST, number, _json(asdict(one))) for number, one in enumerate(new, start=lines + 1)])
    return new


def release_line(lines: int, form: str, number: int) -> tuple[str, int, str]:
    """The line that a release adds to a list of so many lines, for `Store.mark_release`."""
    return LIST, lines + 1, _json({"form": form, "release": number})


def length(store: Store) -> int:
    """How many lines the list has."""
    return len(store.ledger(LIST))


def left_out(void: Void, counted: Sequence[int], corrections: Sequence[int]) -> tuple[int, int] | None:
    """The releases, numbered from 0, from which on a void envelope was counted and is not any more.

    counted: the last number in the store that each release covers; corrections: the releases that left out what was
    void by then. None where no release counted it before it was void: it counts in none. A correction that is still to
    come stands as the number of releases.
    """
    came = next((number for number, upto in enumerate(counted) if void.sequence <= upto), len(counted))
    if came >= void.after:
        return None
    return came, next((number for number in corrections if number >= void.after), len(counted))


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
