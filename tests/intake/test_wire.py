"""Asking another system: time to recover, no secret on the way to anybody else, whole answers or none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from xinqiao.core.problem import XinqiaoError
from xinqiao.intake.pull import wire as wires
from xinqiao.intake.pull.wire import Call, Reply, Unreachable, Wire, over_http

from .systems import served

GOOD = Reply(status=200, body=b'\xef\xbb\xbf{"good": true}')
ASKED = Call(method="GET", url="https://forms.example.edu/x", headers={"Authorization": "Token t0p"})


class Script:
    """Replies in order; the last one for ever."""

    def __init__(self, *replies: Reply | type[Unreachable]) -> None:
        self.replies, self.asked = list(replies), 0

    def __call__(self, _: Call) -> Reply:
        self.asked += 1
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Reply):
            return reply
        raise reply


def pauses(script: Script) -> list[float]:
    found: list[float] = []
    wire = Wire(source="away", send=script, pause=found.append)
    try:
        wire.ask(ASKED)
    except XinqiaoError:
        return [*found, -1]
    return found


def test_what_passes_is_tried_again_after_growing_pauses() -> None:
    busy = Reply(status=503, body=b"")
    assert pauses(Script(busy, Unreachable, Reply(status=200, body=b'{"cut": ['), busy, GOOD)) == [1, 2, 4, 8]
    assert pauses(Script(busy)) == [1, 2, 4, 8, -1]


def test_a_pause_that_is_asked_for_is_kept_up_to_a_minute() -> None:
    later = [Reply(status=429, body=b"", retry_after=after) for after in ("30", "86400", "Wed, 21 Oct 2026", "-5")]
    assert pauses(Script(*later, GOOD)) == [30, 60, 4, 8]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 501])
def test_what_does_not_pass_is_told_at_once(status: int) -> None:
    script = Script(Reply(status=status, body=b"{}"))
    assert (pauses(script), script.asked) == ([-1], 1)


def test_nothing_that_was_asked_or_answered_shows_in_a_repr() -> None:
    call = Call(method="GET", url="https://x.example", headers={"x-api-key": "t0p"}, content={"password": "t0p"})
    assert "t0p" not in repr(call) and "good" not in repr(GOOD)


def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Call] = []

    def moved(call: Call) -> Reply:
        calls.append(call)
        return Reply(status=302, body=b"")

    with served(moved) as address:
        reply = over_http(Call(method="GET", url=f"{address}/x", headers={"Authorization": "Token t0p"}))
    assert (reply.status, len(calls)) == (302, 1)


def test_a_page_that_ends_in_the_middle_is_none() -> None:
    with served(lambda _: Reply(status=0, body=b'{"results": [')) as address, pytest.raises(Unreachable):
        over_http(Call(method="GET", url=f"{address}/x"))


def test_an_answer_that_does_not_begin_is_given_up() -> None:
    def asleep(_: Call) -> Reply:
        time.sleep(0.5)
        return GOOD

    with served(asleep) as address, pytest.raises(Unreachable):
        over_http(Call(method="GET", url=f"{address}/x", patience=0.1))


def test_nobody_there_is_told_without_the_address() -> None:
    with served(lambda _: GOOD) as address:
        pass
    with pytest.raises(Unreachable) as caught:
        over_http(Call(method="GET", url=f"{address}/secret"))
    assert str(caught.value) == "" and caught.value.__suppress_context__


def test_a_netrc_file_replaces_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login somebody password else\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(file))
    seen: list[str] = []

    def look(call: Call) -> Reply:
        seen.append(call.headers["Authorization"])
        return GOOD

    with served(look) as address:
        over_http(Call(method="GET", url=f"{address}/x", headers={"Authorization": "Token t0p"}))
    assert seen == ["Token t0p"]


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "LARGEST", 1_000)
    with served(lambda _: Reply(status=200, body=b"x" * 200_000)) as address, pytest.raises(Unreachable):
        over_http(Call(method="GET", url=f"{address}/x"))
