"""Notices without content: that something waits, in which form, under which reference; never what it says.

The robot's address and the mail password are secrets and come from the environment.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import requests

from xinqiao.core.duty import Channel, Colleague, Notice
from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang, Text

SECONDS = 20
WECOM, MAIL_PASSWORD = "XINQIAO_WECOM", "XINQIAO_MAIL_PASSWORD"
SUBJECT = Text.of(zh="心桥收件箱：有 {count} 件等着", en="Xinqiao inbox: {count} waiting")
OVER_SUBJECT = Text.of(zh="心桥收件箱：{count} 件超过时限", en="Xinqiao inbox: {count} past the limit")
LINE = Text.of(zh="“{form}”：{count} 件（{references}）", en="“{form}”: {count} ({references})")
HOW = Text.of(
    zh="请在自己的电脑上运行 xinqiao inbox。这条通知不含任何内容，也不要回复。",
    en="Run `xinqiao inbox` on your own computer. This notice holds nothing of what was sent; do not reply to it.",
)
FOR = Text.of(zh="通知：{names}", en="For: {names}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One notice: whom it goes to, and form title → references of what waits; `over` where a limit has run out."""

    people: tuple[Colleague, ...]
    waiting: Mapping[Text, Sequence[str]]
    over: bool

    @property
    def subject(self) -> str:
        """Its subject in both languages."""
        count = sum(map(len, self.waiting.values()))
        words = OVER_SUBJECT if self.over else SUBJECT
        return " / ".join(words[lang].format(count=count) for lang in Lang)

    @property
    def text(self) -> str:
        """The whole notice in both languages."""
        parts = []
        for lang in Lang:
            names = ("、" if lang is Lang.ZH else ", ").join(one.label[lang] for one in self.people)
            lines = [
                LINE[lang].format(form=title[lang], count=len(references), references=", ".join(references))
                for title, references in self.waiting.items()
            ]
            parts.append("\n".join([*lines, FOR[lang].format(names=names), HOW[lang]]))
        return "\n\n".join([self.subject, *parts]) + "\n"


class Post(Protocol):
    """How a message reaches a web address; tests hand in their own."""

    def __call__(self, url: str, *, json: object, timeout: int, allow_redirects: bool) -> requests.Response:
        """As requests.post does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The channels of a college. file: where notices are added where there is no other way."""

    notice: Notice
    file: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    post: Post = requests.post
    smtp: Callable[..., smtplib.SMTP] = smtplib.SMTP

    def send(self, call: Call) -> tuple[bool, tuple[Problem, ...]]:
        """Tries one channel after the other; whether one worked, and a warning for each that did not."""
        failed: list[Problem] = []
        for channel in self.notice.channels:
            reason = self._try(channel, call)
            if not reason:
                return True, tuple(failed)
            failed.append(Problem(code="notice-not-sent", params={"channel": channel.value, "reason": reason}))
        return False, (*failed, Problem(code="notice-nowhere"))

    def _try(self, channel: Channel, call: Call) -> str:
        """Why a channel failed, without addresses and passwords; empty where it worked."""
        try:
            match channel:
                case Channel.WECOM:
                    return self._wecom(call)
                case Channel.MAIL:
                    return self._mail(call)
                case Channel.FILE:
                    return self._file(call)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # Its text would quote the address with the robot's key.
            return type(error).__name__

    def _wecom(self, call: Call) -> str:
        url = self.environment.get(WECOM, "")
        if not url.startswith("https://"):
            return WECOM
        content = {"msgtype": "text", "text": {"content": call.text}}
        answer = self.post(url, json=content, timeout=SECONDS, allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            return f"HTTP {answer.status_code}"
        told = answer.json()
        code = told.get("errcode") if isinstance(told, dict) else None
        return "" if code == 0 else f"errcode {code if isinstance(code, int) else '?'}"

    def _mail(self, call: Call) -> str:
        to = [one.mail for one in call.people if one.mail]
        if not to:
            return "mail"
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = call.subject, self.notice.mail_sender, ", ".join(to)
        message.set_content(call.text)
        with self.smtp(self.notice.mail_host, self.notice.mail_port, timeout=SECONDS) as server:
            # Without a context of its own smtplib believes any certificate.
            server.starttls(context=ssl.create_default_context())
            if password := self.environment.get(MAIL_PASSWORD, ""):
                server.login(self.notice.mail_sender, password)
            server.send_message(message)
        return ""

    def _file(self, call: Call) -> str:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(f"{call.text}\n")
        return ""
