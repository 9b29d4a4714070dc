"""Notices hold no content; a channel that fails gives way to the next and is told of, without its secrets."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from xinqiao.care.notify import MAIL_PASSWORD, WECOM, Call, Ways
from xinqiao.core.duty import Channel, Colleague, Notice
from xinqiao.core.text import Lang, Text

ROBOT = "https://robot.example/send?key=secret-of-the-robot"
LIN = Colleague(name="lin", label=Text.of(zh="林老师", en="Ms Lin"), key="lin", mail="lin@example.edu")
CALL = Call(people=(LIN,), waiting={Text.of(zh="转介", en="Referral"): ["12345678", "87654321"]}, over=False)


def answer(status: int = 200, body: bytes = b'{"errcode": 0}') -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = status, body
    return made


def ways(tmp_path: Path, *channels: Channel, **more: Any) -> Ways:
    notice = Notice(channels=channels, mail_host="smtp.example.edu", mail_sender="xinqiao@example.edu")
    given: dict[str, Any] = {"environment": {WECOM: ROBOT, MAIL_PASSWORD: "secret-of-mail"}}
    return Ways(notice=notice, file=tmp_path / "private" / "notices.txt", **(given | more))


def test_a_notice_says_that_something_waits_and_no_more() -> None:
    assert CALL.subject == "心桥收件箱：有 2 件等着 / Xinqiao inbox: 2 waiting"
    assert "“转介”：2 件（12345678, 87654321）" in CALL.text and "Ms Lin" in CALL.text
    assert "超过时限" in replace(CALL, over=True).subject


def test_the_robot_gets_one_message(tmp_path: Path) -> None:
    sent: list[Any] = []

    def post(url: str, **more: Any) -> requests.Response:
        sent.append((url, more))
        return answer()

    assert ways(tmp_path, Channel.WECOM, post=post).send(CALL) == (True, ())
    ((url, more),) = sent
    assert url == ROBOT and not more["allow_redirects"] and more["timeout"]
    assert more["json"] == {"msgtype": "text", "text": {"content": CALL.text}}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer(500), "HTTP 500"),
        (answer(302), "HTTP 302"),
        (answer(body=b'{"errcode": 93000, "errmsg": "invalid webhook url"}'), "errcode 93000"),
        (answer(body=b"[]"), "errcode ?"),
        (answer(body=b"<html>"), "JSONDecodeError"),
        (requests.ConnectionError(f"cannot reach {ROBOT}"), "ConnectionError"),
    ],
    ids=["error", "redirect", "refused", "no code", "no JSON", "unreachable"],
)
def test_where_the_robot_fails_the_file_is_next_and_the_reason_is_told(
    reply: requests.Response | Exception, reason: str, tmp_path: Path
) -> None:
    def post(url: str, **_: Any) -> requests.Response:
        if isinstance(reply, Exception):
            raise reply
        return reply

    way = ways(tmp_path, Channel.WECOM, Channel.FILE, post=post)
    worked, (problem,) = way.send(CALL)
    assert worked and problem.params == {"channel": "wecom", "reason": reason}
    assert way.file.read_text() == f"{CALL.text}\n"
    assert way.file.stat().st_mode & 0o077 == 0
    assert "secret" not in problem.message(Lang.EN) + repr(way)


class Mailbox:
    """A mail server that notes what it is told; `fails` is what it raises at the login."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.done: list[str] = []
        self.messages: list[EmailMessage] = []

    def __call__(self, host: str, port: int, timeout: int) -> Mailbox:
        self.done.append(f"{host}:{port} {timeout}")
        return self

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.done.append("quit")

    def starttls(self, *, context: Any) -> None:
        self.done.append("tls" if context.check_hostname else "blind")

    def login(self, user: str, password: str) -> None:
        self.done.append(f"{user} {password}")
        if self.fails:
            raise self.fails

    def send_message(self, message: EmailMessage) -> None:
        self.messages.append(message)


def test_mail_goes_out_encrypted_to_who_is_called(tmp_path: Path) -> None:
    box = Mailbox()
    assert ways(tmp_path, Channel.MAIL, smtp=box).send(CALL) == (True, ())
    assert box.done == ["smtp.example.edu:587 20", "tls", "xinqiao@example.edu secret-of-mail", "quit"]
    (message,) = box.messages
    assert (message["To"], message["From"]) == ("lin@example.edu", "xinqiao@example.edu")
    assert message.get_content() == CALL.text


@pytest.mark.parametrize(
    ("box", "people", "reason"),
    [
        (Mailbox(smtplib.SMTPAuthenticationError(535, b"secret-of-mail")), (LIN,), "SMTPAuthenticationError"),
        (Mailbox(), (replace(LIN, mail=""),), "mail"),
    ],
    ids=["password", "no address"],
)
def test_where_nothing_is_left_it_says_to_call(
    box: Mailbox, people: tuple[Colleague, ...], reason: str, tmp_path: Path
) -> None:
    worked, problems = ways(tmp_path, Channel.MAIL, smtp=box).send(replace(CALL, people=people))
    assert not worked
    assert [one.code for one in problems] == ["notice-not-sent", "notice-nowhere"]
    assert problems[0].params["reason"] == reason


def test_without_its_address_in_the_environment_the_robot_is_not_asked(tmp_path: Path) -> None:
    for environment in ({}, {WECOM: "http://robot.example/"}):
        worked, problems = ways(tmp_path, Channel.WECOM, environment=environment).send(CALL)
        assert not worked and problems[0].params["reason"] == WECOM


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "private").write_text("in the way")
    worked, problems = ways(tmp_path, Channel.FILE).send(CALL)
    assert not worked and problems[0].params["channel"] == "file"
