"""What each system's own traps need: seen in what is asked of it."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from typing import Any

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.core.source import System
from xinqiao.intake.pull.fit import Asked, answers_of
from xinqiao.intake.pull.limesurvey import EXPORT_SECONDS
from xinqiao.intake.pull.row import BEHIND, Page, Row
from xinqiao.intake.pull.run import READERS
from xinqiao.intake.pull.wire import READ_SECONDS, WHOLE_SECONDS, Call, Reply, Send, Wire

from .systems import SECRETS, Fake, fake_of, source_of


def pages(system: System, send: Send, cursor: str = "") -> list[Page]:
    wire = Wire(source="away", send=send, pause=lambda _: None)
    return list(READERS[system](source_of(system), SECRETS[system], wire, cursor))


def names(found: list[Page]) -> list[str]:
    return [row.id for page in found for row in page.rows]


def rows(system: System, count: int, cap: int) -> Fake:
    fake = fake_of(system, cap)
    for _ in range(count):
        fake.add({"role": "class"})
    return fake


@pytest.mark.parametrize("system", list(System))
def test_paging_goes_on_to_the_end_whatever_a_page_holds(system: System) -> None:
    fake = rows(system, 137, 10)
    assert set(names(pages(system, fake))) == {fake.name_of(one) for one in fake.rows}


@pytest.mark.parametrize("system", [System.ODK, System.FORMBRICKS])
def test_a_cursor_of_moments_tells_no_time_of_day(system: System) -> None:
    fake = rows(system, 3, 10)
    fake.now += timedelta(hours=12)
    fake.add({"role": "class"})
    assert pages(system, fake)[-1].cursor == "2026-05-19"


def test_formbricks_reads_more_rows_of_one_moment_than_a_page_holds() -> None:
    fake = rows(System.FORMBRICKS, 25, 4)
    for one in fake.rows[:20]:
        one.changed = fake.rows[0].changed
    assert len(set(names(pages(System.FORMBRICKS, fake)))) == 25


@pytest.mark.parametrize("system", [System.KOBO, System.ODK, System.FORMBRICKS, System.WENJUANXING])
@pytest.mark.parametrize("at", [0, -1])
def test_a_row_that_is_deleted_between_two_pages_hides_no_other(system: System, at: int) -> None:
    fake = rows(system, 30, 10)

    def deleting(call: Call) -> Reply:
        reply = fake(call)
        if len(fake.rows) == 30 and b"row-" in reply.body + b"row-" * (system is System.WENJUANXING):
            del fake.rows[at]
        return reply

    try:
        found = set(names(pages(system, deleting)))
    except XinqiaoError as error:
        # It told of one row more than it then gave.
        assert (system, error.problems[0].code) == (System.ODK, "pull-incomplete")
    else:
        assert {fake.name_of(one) for one in fake.rows} <= found


def test_limesurvey_stays_below_what_is_unfinished() -> None:
    fake = rows(System.LIMESURVEY, 300, 1)
    fake.rows[30].finished = False
    assert pages(System.LIMESURVEY, fake)[-1].cursor == "30"
    fake.finish(fake.rows[30])
    assert pages(System.LIMESURVEY, fake, "30")[-1].cursor == str(300 - BEHIND)


@pytest.mark.parametrize("system", [System.LIMESURVEY, System.WENJUANXING])
def test_a_cursor_of_numbers_stays_rows_behind_whatever_the_gaps(system: System) -> None:
    fake = rows(system, BEHIND, 50)
    assert pages(system, fake)[-1].cursor == "0"
    fake.numbers = 9_000
    fake.add({"role": "class"})
    assert pages(system, fake)[-1].cursor == "1"


def test_limesurvey_has_time_to_put_a_whole_survey_together() -> None:
    fake = rows(System.LIMESURVEY, 1, 1)
    pages(System.LIMESURVEY, fake)
    assert [call.patience for call in fake.calls] == [READ_SECONDS, EXPORT_SECONDS, READ_SECONDS]
    assert READ_SECONDS < EXPORT_SECONDS < WHOLE_SECONDS


def test_limesurvey_knows_older_exports_and_surveys_without_days() -> None:
    fake = rows(System.LIMESURVEY, 1, 1)

    def older(call: Call) -> Reply:
        status, content = fake.answer(call)
        if "export" in str(call.content):
            inner = json.loads(base64.b64decode(content["result"]))["responses"]
            for one in inner:
                one["submitdate"] = "1980-01-01 00:00:00"
            wrapped = json.dumps({"responses": [{one["id"]: one} for one in inner]})
            content["result"] = base64.b64encode(wrapped.encode()).decode()
        return Reply(status=status, body=json.dumps(content).encode())

    (page,) = pages(System.LIMESURVEY, older)
    assert [(row.id, row.day) for row in page.rows] == [("1", None)]


@pytest.mark.parametrize("system", [System.FORMBRICKS, System.WENJUANXING])
def test_a_server_that_gives_the_same_page_for_ever_is_not_asked_for_ever(system: System) -> None:
    fake = rows(system, 5, 50)

    def heedless(call: Call) -> Reply:
        content: Any = dict(call.content, page_index=1) if isinstance(call.content, dict) else None
        return fake(Call(method=call.method, url=call.url, query={**call.query, "skip": "0"}, headers=call.headers,
                         content=content))  # fmt: skip

    with pytest.raises(XinqiaoError, match="pull-shape"):
        pages(system, heedless)
    assert len(fake.calls) < 60


def answers_told(answers: Any, **other: Any) -> Send:
    """Wenjuanxing with one row whose answers are written so."""
    row = {"index": 12, "jid": 7, "submittime": "2026/5/19 7:40:00", "answers": answers, **other}
    body = json.dumps({"result": True, "data": {"total_count": 1, "answers": {"12": row}}}).encode()
    last = json.dumps({"result": True, "data": {"total_count": 1, "answers": {}}}).encode()
    return lambda call: Reply(status=200, body=body if "'page_index': 1," in str(call.content) else last)


def only(found: list[Page]) -> Row:
    (row,) = [row for page in found for row in page.rows]
    return row


@pytest.mark.parametrize(
    "answers",
    [
        [{"q_index": 1, "answer": "班级"}, {"q_index": 4, "answer": "讲座┋其他〖读书┋电影〗"},
         {"q_index": "9_2", "answer": "几天"}],
        {"1": "班级", "4": "讲座┋其他〖读书┋电影〗", "9": {"2": "几天"}},
        {"q1": {"answer": "班级"}, "q4": {"answer_text": "讲座┋其他〖读书┋电影〗"}, "q9_2": "几天", "q5": "(跳过)"},
        {"10000": "班级", "40000": "讲座┋其他〖读书┋电影〗", "90000": {"2": "几天", "3": "(空)"}},
    ],
    ids=["list", "object", "pushed", "inner-numbers"],
)  # fmt: skip
def test_wenjuanxings_answers_are_read_in_each_shape_that_is_documented_anywhere(answers: Any) -> None:
    row = only(pages(System.WENJUANXING, answers_told(answers)))
    assert row.cells == {"1": "班级", "4": "讲座┋其他〖读书┋电影〗", "9_2": "几天"}


@pytest.mark.parametrize("told", ["2026/5/19 7:40:00", "2026-05-19 07:40:00", "1779147600", 1779147600000])
def test_wenjuanxings_moments_are_chinas_however_they_are_written(told: Any) -> None:
    row = only(pages(System.WENJUANXING, answers_told({"1": "x"}, submittime=told)))
    assert (row.day, row.exported) == (date(2026, 5, 19), '["12", "2026-05-19", "07:40:00"]')
    assert "07:40" not in repr(row)


@pytest.mark.parametrize("told", ["05/19/2026", "gestern", "12"])
def test_a_moment_that_cannot_be_read_is_no_moment_of_today(told: str) -> None:
    with pytest.raises(XinqiaoError, match="pull-shape"):
        pages(System.WENJUANXING, answers_told({"1": "x"}, submittime=told))


def test_fewer_rows_than_wenjuanxing_counts_move_nothing() -> None:
    fake = rows(System.WENJUANXING, 5, 50)

    def capped(call: Call) -> Reply:
        status, content = fake.answer(call)
        content["data"]["answers"].pop("1", None)
        return Reply(status=status, body=json.dumps(content).encode())

    with pytest.raises(XinqiaoError, match="pull-incomplete"):
        pages(System.WENJUANXING, capped)


ASKED = (
    Asked(name="role", column="q1", spellings={"class": "class", "班级": "class"}),
    Asked(
        name="topics",
        column="topics",
        many=True,
        spellings={"listen": "listen", "a b": "ab", "refer": "refer", "refer listen": "ab"},
    ),
    Asked(name="note", column="note"),
)


@pytest.mark.parametrize(
    ("cells", "answers"),
    [
        ({"q1": "班级", "deviceid": "x", "role": "dorm"}, {"role": "class"}),
        ({"a/b/q1": "class"}, {"role": "class"}),
        ({"a/q1": "class", "b/q1": "dorm"}, {}),
        ({"topics": "refer listen"}, {"topics": ["refer", "listen"]}),
        ({"topics": "a b"}, {"topics": ["ab"]}),
        ({"topics": ("a b", "strange one")}, {"topics": ["ab", "strange one"]}),
        ({"topics[listen]": "Y", "topics[refer]": "N"}, {"topics": ["listen"]}),
        ({"g/topics/listen": "1", "g/topics/refer": "0"}, {}),
        ({"topics/listen": "1", "topics/refer": "0"}, {"topics": ["listen"]}),
        ({"note": "a\r\nb", "q1": " "}, {"note": "a\nb"}),
    ],
)
def test_a_row_answers_by_the_questions_names(cells: dict[str, Any], answers: dict[str, Any]) -> None:
    assert answers_of(ASKED, Row(id="1", day=None, cells=cells)) == answers
