"""Opening envelopes: each one alone, what cannot be used counted by reason, never quoted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from xinqiao.core.problem import XinqiaoError, refuse
from xinqiao.core.record import Envelope, Submission
from xinqiao.core.text import Lang
from xinqiao.intake.seal import PAYLOAD_VERSION, Identity, open_sealed
from xinqiao.intake.shape import shape

# Every reason for which an envelope is kept aside; `damaged` is the store's, the others are found on opening.
REASONS = (
    "envelope-unsealed", "envelope-truncated", "envelope-tampered", "envelope-foreign", "envelope-not-json",
    "envelope-shape", "envelope-wrong-form", "envelope-damaged",
)  # fmt: skip

LANGS = {lang.value: lang for lang in Lang}
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

Answers = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came out: submissions in order, and why each other envelope (id → reason code) was kept aside."""

    submissions: tuple[Submission, ...]
    refusals: Mapping[str, str]

    @property
    def rejected(self) -> Mapping[str, int]:
        """Reason code → how many envelopes were kept aside for it."""
        return MappingProxyType(dict(sorted(Counter(self.refusals.values()).items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Opens envelopes one after another, as they are asked for; it holds one at a time.

    A bad one stops nothing and stays where it was stored: when all have gone by, `refusals` tells the reason of
    each (id → code), and nothing else is kept.
    """

    envelopes: Iterable[Envelope] = field(repr=False)
    identity: Identity = field(repr=False)
    form: str
    refusals: dict[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Submission]:
        for envelope in self.envelopes:
            try:
                opened = open_envelope(envelope, self.identity, self.form)
            except XinqiaoError as error:
                self.refusals[envelope.id] = error.problems[0].code
            else:
                yield opened


def open_envelopes(envelopes: Iterable[Envelope], identity: Identity, form_id: str) -> Opened:
    """Opens all and holds what came out; who can do with one at a time takes `Opening`."""
    opening = Opening(envelopes=envelopes, identity=identity, form=form_id)
    return Opened(submissions=tuple(opening), refusals=MappingProxyType(opening.refusals))


def open_envelope(envelope: Envelope, identity: Identity, form_id: str) -> Submission:
    """One opened envelope.

    Raises XinqiaoError: envelope-unsealed, -truncated, -tampered, -foreign, -not-json, -shape, -wrong-form.
    """
    shape(envelope.sealed)
    form, version, lang, answers = _parts(_content(open_sealed(envelope.sealed, identity)))
    if not form_id == form == envelope.form:
        raise refuse("envelope-wrong-form")
    return Submission(
        id=envelope.id,
        form=form_id,
        form_version=version,
        lang=lang,
        received=envelope.received,
        answers=answers,
    )


def _parts(content: object) -> tuple[str, int, Lang, Answers]:
    """Form, version, language and answers, each of the kind that it must be."""
    match content:
        case {
            "v": int(v),
            "form": str(form),
            "version": int(version),
            "lang": str(lang),
            "answers": dict(given),
            **more,
        }:
            answers = _answers(given)
            if v == PAYLOAD_VERSION and not more and version >= 1 and lang in LANGS and answers is not None:
                return form, version, LANGS[lang], answers
    raise refuse("envelope-shape")


def _content(opened: bytes) -> object:
    try:
        content: object = DECODER.decode(opened.decode("utf-8"))
        if SURROGATE.search(opened):
            # A lone one can be written in JSON, but in no file afterwards.
            json.dumps(content, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        # What the decoder has to say would quote the answer.
        raise refuse("envelope-not-json") from None
    return content


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _answers(given: Mapping[str, object]) -> Answers | None:
    """The answers with lists as tuples; None where they are anything but strings and lists of strings."""
    answers: dict[str, str | tuple[str, ...]] = {}
    for name, answer in given.items():
        if isinstance(answer, str):
            answers[name] = answer
        elif isinstance(answer, list) and all(isinstance(part, str) for part in answer):
            answers[name] = tuple(answer)
        else:
            return None
    return MappingProxyType(answers)
