"""Whatever people answered stands in no message, no repr, no log and no report."""

from __future__ import annotations

import json
import logging
import traceback
import warnings
from collections.abc import Callable
from datetime import date

import pytest

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.record import Submission
from xinqiao.core.text import Lang
from xinqiao.tables.read import RawTable, from_submissions
from xinqiao.tables.score import score
from xinqiao.tables.validate import Validated, validate

MARK = "planted"
HEADER = "班级,mood,hours,topics,why,again,planted column\n"
# Every row holds the marker, and each but the first breaks another rule.
ROWS = f"""\
{MARK},1,8,sleep,{MARK},{MARK},{MARK}
{MARK},{MARK},8,,,,{MARK}
{MARK},2,{MARK},,,,
{MARK},2,8,{MARK},,,
{MARK},2,8,,{MARK},{MARK},
{MARK},1,8,,{MARK * 9},,
{MARK},,,,,,
{MARK},2
{MARK},2,,,,,,{MARK}
"{MARK}"{MARK},2,,,,,
{MARK},1,8,,{MARK * 10_000},,
"""


def told(raw: RawTable, checked: Validated) -> str:
    """Everything that these objects tell by themselves."""
    messages = [problem.line(lang) for table in (raw, checked) for problem in table.problems for lang in Lang]
    parts = [repr(raw), repr(checked), str(checked.counts), str(checked.reasons), json.dumps(checked.as_json())]
    return "\n".join([*messages, *parts, *(json.dumps(problem.as_json()) for problem in checked.problems)])


def test_a_file_full_of_bad_answers_quotes_none(
    form: Form,
    schema: dict[str, object],
    read: Callable[[str], RawTable],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        raw = read(HEADER + ROWS)
        checked = validate(form, schema, raw)
        scored = [score(form, row) for _, row in checked.rows]
    assert checked.quarantined == 9
    assert [number for number, _ in checked.rows] == [1, 5]
    assert MARK in str(dict(checked.rows[0][1].values))
    out, err = capfd.readouterr()
    everything = [told(raw, checked), repr(scored), out, err, caplog.text, *(str(each.message) for each in warned)]
    assert MARK not in "\n".join(everything)


def test_a_forged_submission_quotes_neither_its_answers_nor_its_questions(
    form: Form, schema: dict[str, object]
) -> None:
    answers = [{f"{MARK}-question": "1"}, {"mood": (MARK, MARK)}, {"mood": MARK}, {"mood": "1", "why": f"{MARK}\0"}]
    sent = [
        Submission(id="0" * 64, form=form.id, form_version=9, lang=Lang.EN, received=date(2026, 5, 4), answers=each)
        for each in answers
    ]
    raw = from_submissions(form, sent)
    checked = validate(form, schema, raw)
    assert checked.quarantined == len(sent)
    assert MARK not in told(raw, checked) + repr(sent)


@pytest.mark.parametrize(
    "content",
    [
        f"{MARK},name\n{MARK},{MARK}\n".encode(),
        f"mood,{MARK}\n".encode() + b"\xff" + MARK.encode(),
        f"mood,{MARK}\n\0".encode(),
        f"PK\x03\x04{MARK}".encode(),
    ],
)
def test_a_file_that_cannot_be_used_is_not_quoted_even_in_a_traceback(
    read: Callable[[bytes], RawTable], content: bytes
) -> None:
    with pytest.raises(XinqiaoError) as caught:
        read(content)
    error = caught.value
    # The error of a codec would hold the whole file.
    assert error.__context__ is None
    assert MARK not in "".join(traceback.format_exception(error))
    assert MARK not in repr(error)
