"""Answers to earlier versions of a form, read by the present one: what was renamed goes on, what is gone is left out.

What cannot be read any more sets its row aside (version-differs): a question that is asked otherwise now, and whatever
today's rules find in an answer that met those of its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xinqiao.core.form import Form
from xinqiao.tables.finding import Finding

# What today's rules say of an answer that met those of its time.
OUTDATED = frozenset({"answer-type", "answer-outside", "answer-required", "answer-constraint"})
DIFFERS = "version-differs"


def version_findings(form: Form, version: int, number: int, answers: Mapping[str, str]) -> Iterator[Finding]:
    """What is to be told of a row for its version; answers: question of today → what was answered, "" if nothing."""
    if version == form.version:
        return
    if version > form.version:
        yield Finding(code=DIFFERS, row=number)
        return
    yield Finding(code="version-other", row=number)
    changed = form.since(version).changed
    for name, answer in answers.items():
        if answer and name in changed:
            yield Finding(code=DIFFERS, row=number, field=name)
