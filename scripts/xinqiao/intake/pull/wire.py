"""Asking another system over HTTP: time limits, retries with growing pauses, and clear words for what goes wrong.

Nothing that the other system answers is quoted: it may hold people's answers, or the secret.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import requests

from xinqiao.core.problem import refuse

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
WHOLE_SECONDS = 300.0
LARGEST = 256 * 1024 * 1024
CHUNK = 64 * 1024
TRIES = 5
LONGEST_PAUSE = 60.0
# Worth another try: the other system is busy, being restarted, or behind a proxy that is.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class Unreachable(Exception):
    """No whole answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request; what it carries is never shown. patience: seconds to wait for a byte of the answer."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: object = field(default=None, repr=False)
    patience: float = READ_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""


# Sends one request. Raises Unreachable where no whole answer came.
Send = Callable[[Call], Reply]


def over_http(call: Call) -> Reply:
    """Sends a request; no redirect is followed, for it would carry the secret elsewhere."""
    started = time.monotonic()
    body = bytearray()
    try:
        with requests.request(
            call.method,
            call.url,
            params=dict(call.query),
            headers={"Accept": "application/json", **call.headers},
            json=call.content,
            # Without it a .netrc file would replace the header that proves who asks.
            auth=lambda request: request,
            timeout=(CONNECT_SECONDS, call.patience),
            allow_redirects=False,
            stream=True,
        ) as response:
            for chunk in response.iter_content(CHUNK):
                body += chunk
                if len(body) > LARGEST or time.monotonic() - started > WHOLE_SECONDS:
                    raise Unreachable
            retry_after = response.headers.get("Retry-After", "")
            return Reply(status=response.status_code, body=bytes(body), retry_after=retry_after)
    except (requests.RequestException, OSError):
        # What it has to say would quote the address with all that was asked.
        raise Unreachable from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The way to one source, which its problems name."""

    source: str
    send: Send = over_http
    pause: Callable[[float], None] = time.sleep

    def ask(self, call: Call) -> object:
        """What the other system answers, as JSON.

        Raises XinqiaoError: pull-unreachable, pull-busy, pull-cut, pull-not-allowed, pull-moved, pull-not-found,
        pull-not-json, pull-refused.
        """
        problem = "pull-unreachable"
        for attempt in range(TRIES):
            try:
                reply = self.send(call)
            except Unreachable:
                problem, after = "pull-unreachable", ""
            else:
                if reply.status not in PASSING:
                    try:
                        return self._content(reply)
                    except ValueError:
                        problem, after = "pull-cut", ""
                else:
                    problem, after = "pull-busy", reply.retry_after
            if attempt < TRIES - 1:
                self.pause(_pause(attempt, after))
        raise refuse(problem, source=self.source)

    def _content(self, reply: Reply) -> object:
        """The JSON in an answer; ValueError where it was cut off."""
        match reply.status:
            case 401 | 403:
                raise refuse("pull-not-allowed", source=self.source)
            case 404 | 410:
                raise refuse("pull-not-found", source=self.source)
            case status if 300 <= status < 400:
                raise refuse("pull-moved", source=self.source)
            case status if status >= HTTPStatus.BAD_REQUEST:
                raise refuse("pull-refused", source=self.source, status=status)
        text = reply.body.decode("utf-8-sig")
        if text.lstrip()[:1] == "<":
            raise refuse("pull-not-json", source=self.source)
        try:
            content: object = json.loads(text)
        except RecursionError:
            raise refuse("pull-shape", source=self.source) from None
        return content


def _pause(attempt: int, asked: str) -> float:
    """Seconds before the next try: 1, 2, 4, 8, or what the other system asks for, at most a minute."""
    wanted = float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0.0
    return min(max(2.0**attempt, wanted), LONGEST_PAUSE)
