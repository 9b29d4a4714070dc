"""The ledger of releases: a plain file, each line bound to the one before by its hash.

A line is a release, or says that a form's series of releases is closed.

JSON Lines, keys in order, no spaces, so that a line has one spelling. A line's `hash` is the SHA-256 of the
line without it; `previous` is the hash of the line before, empty in the first. It holds nothing that the
released files do not tell: their names and hashes, and the hash of counts that are sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from xinqiao.core.problem import Place, refuse

FORMAT = 1
FILE = "ledger.jsonl"
OPTIONAL = ("left_out", "afterwards", "epsilon", "since", "closed", "corrects", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A release on record, or that a form's series of releases is closed.

    policy: the strictest rules of its tables, by name. files: every file of the release with its SHA-256.
    certificate: that of the audit's certificate. counts: that of the sealed counts. left_out: summaries
    that this release does without. afterwards: entered when it had been made before there was a ledger.
    epsilon: what its noisy tables spend together of the budget of differential privacy, as a decimal.
    since: the release after which its answers came, where it is a block of weeks. closed: why nothing is
    released of the form any more after `release`, by language; such a line has no files. corrects: the release
    before, where this one leaves out answers that were counted; reason: why, by language.
    """

    line: int
    form: str
    release: int
    form_version: int
    period: str
    policy: Mapping[str, int]
    tables: tuple[str, ...]
    files: Mapping[str, str]
    certificate: str
    counts: str
    left_out: tuple[str, ...] = ()
    afterwards: bool = False
    epsilon: str = ""
    since: int = 0
    closed: Mapping[str, str] = field(default_factory=dict)
    corrects: int = 0
    reason: Mapping[str, str] = field(default_factory=dict)
    previous: str = ""
    format: int = FORMAT

    @property
    def name(self) -> str:
        """Form and number, as the folder of the release is called."""
        return f"{self.form}/{self.release:03}"

    @property
    def hash(self) -> str:
        """SHA-256 of the line without it."""
        return hashlib.sha256(_json(self._content()).encode()).hexdigest()

    def written(self) -> str:
        """The line as it stands in the file, without the line's end."""
        return _json({**self._content(), "hash": self.hash})

    def _content(self) -> dict[str, object]:
        # What is empty is not written: so a later version can add to the line and still read this one.
        every = {part.name: getattr(self, part.name) for part in fields(self)}
        content = {name: value for name, value in every.items() if value or name not in OPTIONAL}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in content.items()}


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_ledger(text: str, name: str) -> tuple[Line, ...]:
    """The lines of a ledger, the chain checked from the first to the last; `name` is its file, for the place.

    Raises XinqiaoError (exit UNSAFE): ledger-broken, at the line that is not what it was.
    """
    lines: list[Line] = []
    for number, written in enumerate(text.splitlines(), start=1):
        line = _read(written)
        before = lines[-1].hash if lines else ""
        if line is None or (line.line, line.previous, line.written()) != (number, before, written):
            raise refuse("ledger-broken", Place(file=name, line=number), number=number)
        lines.append(line)
    if text and not text.endswith("\n"):
        raise refuse("ledger-broken", Place(file=name, line=len(lines)), number=len(lines))
    return tuple(lines)


def _read(written: str) -> Line | None:
    """A line, without asking whether its hash is right; None where it is none."""
    try:
        content = json.loads(written)
        content.pop("hash")
        for name in {"tables", "left_out"} & set(content):
            content[name] = tuple(content[name])
        line = Line(**content)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return line if line.format == FORMAT else None


def entered(ledger: Sequence[Line], line: Line) -> Line:
    """The line bound to the end of a ledger."""
    return replace(line, line=len(ledger) + 1, previous=ledger[-1].hash if ledger else "")
