"""One form's way in, and what comes through it: how a request's body becomes an envelope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import parse_qsl

from xinqiao.core.limits import USUAL, Limits
from xinqiao.core.occasion import Occasion
from xinqiao.core.problem import refuse
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.intake.seal import check_public, payload, seal
from xinqiao.intake.shape import SIZE_CLASSES, shape

# Percent-encoding writes each byte of an answer as three.
FIELDS_LIMIT = 3 * SIZE_CLASSES[-1]
FIELDS_COUNT = 2_000
HONEYPOT = "_website"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the receiver must know of a form: never its words, only who reads it and what may come in.

    recipients: the public halves that every answer is sealed to. fields: question name to whether it
    takes several answers. thanks, refused: absolute addresses of the pages for a form without JavaScript.
    occasion: the event that the form is for; waiting, closed: the pages that such a form has besides.
    limits: when the form is open and how much it takes a day.
    Raises XinqiaoError (public-unusable) and ValueError where a recipient or a page lacks.
    """

    form: str
    version: int
    recipients: tuple[str, ...]
    fields: Mapping[str, bool]
    thanks: Mapping[Lang, str]
    refused: Mapping[Lang, str]
    occasion: Occasion | None = None
    waiting: Mapping[Lang, str] = field(default_factory=dict)
    closed: Mapping[Lang, str] = field(default_factory=dict)
    limits: Limits = USUAL

    def __post_init__(self) -> None:
        needed = (self.thanks, self.refused, *((self.waiting, self.closed) if self.occasion else ()))
        if not self.recipients or any(lang not in pages for pages in needed for lang in Lang):
            raise ValueError("a door needs a recipient and its pages in every language")
        for public in self.recipients:
            check_public(public)

    @property
    def counts_places(self) -> bool:
        """Whether the form has a number of places."""
        return self.occasion is not None and self.occasion.capacity is not None

    def check_open(self, now: datetime) -> None:
        """Raises XinqiaoError: submit-closed (registration has ended), submit-early or submit-over."""
        if self.occasion and self.occasion.closed(now):
            raise refuse("submit-closed")
        if self.limits.early(now):
            raise refuse("submit-early")
        if self.limits.over(now):
            raise refuse("submit-over")

    def waits(self, rank: int | None) -> bool:
        """Whether what came as the rank-th stands on the waiting list; never where places are not counted."""
        return self.occasion is not None and rank is not None and self.occasion.waiting(rank)

    def envelope(self, sealed: bytes, today: date) -> Envelope:
        """The envelope of what a browser sealed.

        Raises XinqiaoError: submit-unsealed where it is no sealed answer, or not sealed to as many keys as it must.
        """
        if shape(sealed).recipients != len(self.recipients):
            raise refuse("submit-unsealed")
        return Envelope(id=envelope_id(sealed), form=self.form, received=today, sealed=sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The fields of a form sent without JavaScript: seen in clear here, and sealed before anything else."""

    lang: Lang
    version: int
    answers: Mapping[str, str | Sequence[str]] = field(repr=False)
    by_machine: bool

    def envelope(self, door: Door, today: date) -> Envelope:
        """The sealed envelope. Raises XinqiaoError (answers-too-long)."""
        return door.envelope(seal(payload(door.form, self.version, self.lang, self.answers), door.recipients), today)


def read_sheet(body: bytes, door: Door, fallback: Lang) -> Sheet:
    """Fields as browsers send them; those that the form does not declare are dropped.

    Raises XinqiaoError (submit-unreadable) where the body is none such. A field that people leave
    empty tells a machine.
    """
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_COUNT)
    except ValueError:
        # What the decoder has to say would quote the answer.
        raise refuse("submit-unreadable") from None
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(value.replace("\r\n", "\n"))
    lang, version = given.get("_lang", [""])[0], given.get("_version", [""])[0]
    return Sheet(
        lang=Lang(lang) if lang in list(Lang) else fallback,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else door.version,
        answers={name: given[name] if many else given[name][0] for name, many in door.fields.items() if name in given},
        by_machine=HONEYPOT in given,
    )
