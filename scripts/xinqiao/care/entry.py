"""One entry of a case log in clear: who did what and when; in memory only, and sealed before it is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from xinqiao.care.log import Stand
from xinqiao.core.problem import refuse
from xinqiao.core.record import Submission
from xinqiao.core.text import Lang

ENTRY_VERSION = 1


class Act(StrEnum):
    """What was done."""

    SEEN = "seen"
    TAKEN = "taken"
    JUDGED = "judged"
    NOTED = "noted"
    NEXT = "next"
    HANDED = "handed"
    CLOSED = "closed"
    REOPENED = "reopened"


# After which acts somebody is called for, or no more; the others leave it the same.
STANDS: Mapping[Act, Stand] = {
    Act.TAKEN: Stand.TAKEN,
    Act.CLOSED: Stand.TAKEN,
    Act.HANDED: Stand.WAITS,
    Act.REOPENED: Stand.WAITS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody did about a case.

    by: a name of the roster, empty for the program. words: a note; to: whom it was handed to; level: how urgent it
    was judged; copy: the sealed answer in clear, for who is handed a case and lacks the form's own key.
    """

    act: Act
    at: datetime
    by: str = ""
    words: str = field(default="", repr=False)
    to: str = ""
    level: str = ""
    copy: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a moment needs its zone")

    def written(self) -> bytes:
        """The entry as JSON, to be sealed."""
        content: dict[str, object] = {
            "v": ENTRY_VERSION, "act": self.act.value, "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "by": self.by, "words": self.words, "to": self.to, "level": self.level, "copy": self.copy,
        }  # fmt: skip
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def read_entry(written: bytes) -> Entry:
    """The entry that `Entry.written` wrote. Raises XinqiaoError (entry-shape) for anything else."""
    try:
        content = json.loads(written)
        if content.pop("v") != ENTRY_VERSION or not all(isinstance(value, str) for value in content.values()):
            raise refuse("entry-shape")
        act, at = Act(content.pop("act")), datetime.fromisoformat(content.pop("at"))
        return Entry(act=act, at=at, **content)
    except (ValueError, KeyError, TypeError, AttributeError):
        # What the decoder has to say would quote the note.
        raise refuse("entry-shape") from None


def copy_of(submission: Submission) -> str:
    """An opened answer as text, for the entry that hands it over; `read_copy` reads it."""
    plain = {name: given if isinstance(given, str) else list(given) for name, given in submission.answers.items()}
    content = {
        "id": submission.id, "form": submission.form, "version": submission.form_version,
        "lang": submission.lang.value, "received": submission.received.isoformat(), "answers": plain,
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def read_copy(text: str) -> Submission:
    """The answer that `copy_of` wrote. Raises XinqiaoError (entry-shape) for anything else."""
    try:
        match json.loads(text):
            case {
                "id": str(id_),
                "form": str(form),
                "version": int(version),
                "lang": str(lang),
                "received": str(received),
                "answers": dict(answers),
            }:
                given = {str(name): tuple(map(str, one)) if isinstance(one, list) else str(one)
                         for name, one in answers.items()}  # fmt: skip
                return Submission(
                    id=id_,
                    form=form,
                    form_version=version,
                    lang=Lang(lang),
                    received=date.fromisoformat(received),
                    answers=given,
                )
    except ValueError:
        pass
    raise refuse("entry-shape")
