"""Compares a site as it is served with the manifest of its build, and looks at its receiver from outside.

It sees what this reader is given at this moment. A host that means harm can give others something else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, urlsplit

import requests

from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.site.manifest import MANIFEST, Manifest, Part, parsed

SECONDS = 30
CHUNK = 65_536
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# What a page of the portal never sends: each would mark the reader, lead away, or report to somebody.
# Speculation rules, links and reports are sent in spite of a page's own policy (tried with Chromium 156).
POLICY = "Content-Security-Policy"
HARMFUL = (
    "Set-Cookie", "Refresh", "Link", "NEL", "Report-To", "Reporting-Endpoints", "SourceMap", "X-SourceMap",
    "Speculation-Rules", "Use-As-Dictionary", "Accept-CH", f"{POLICY}-Report-Only",
)  # fmt: skip
REPORTING = re.compile(r"\breport-(?:uri|to)\b", re.IGNORECASE)
# The origin of nobody's page: the name is reserved for that.
STRANGER = "https://stranger.invalid"
TYPES: Mapping[str, frozenset[str]] = {
    ".html": frozenset({"text/html"}),
    ".js": frozenset({"text/javascript", "application/javascript"}),
    ".css": frozenset({"text/css"}),
    ".svg": frozenset({"image/svg+xml"}),
}


def differences(address: str, manifest: Manifest, progress: Callable[[str], None]) -> Iterator[Problem]:
    """Every difference between what an address serves and a manifest: missing, changed, of a wrong type, headers.

    Raises XinqiaoError (live-unreachable) where the site does not answer.
    """
    root = f"{address.rstrip('/')}/"
    parts = urlsplit(root)
    yield from _plain(root)
    headers: dict[str, str] = {}
    with _session(root) as session:
        yield from _other_build(session, root, manifest)
        for number, (name, part) in enumerate(manifest.parts.items()):
            if number % 20 == 0:
                progress(f"{number}/{len(manifest.parts)}")
            with _asked(session, root, name) as answer:
                headers |= dict.fromkeys(_harmful(answer), name)
                yield from _compared(answer, name, part)
        yield from (
            Problem(code="live-header-harmful", place=Place(file=name), params={"header": header})
            for header, name in sorted(headers.items())
        )
        with _asked(session, root, "index.html") as answer:
            yield from _lacking(answer, root, encrypted=parts.scheme == "https")


def receiver_faults(address: str, site: str) -> Iterator[Problem]:
    """What is wrong with a receiver, as it is reached from here: whether it could store an answer now, and whether it
    takes answers from pages of the site and from nobody else's.

    address: the receiver's; site: the address of the site. Raises XinqiaoError (live-unreachable).
    """
    root = f"{address.rstrip('/')}/"
    parts = urlsplit(site)
    # As browsers write it.
    origin = f"{parts.scheme}://{parts.netloc.lower()}"
    yield from _plain(root)
    with _session(root) as session:
        for name in ("healthz", "readyz"):
            with _asked(session, root, name) as answer:
                if answer.status_code != requests.codes.ok:
                    params: dict[str, str | int] = {"name": f"/{name}", "status": answer.status_code}
                    yield Problem(code="live-receiver-ill", place=Place(file=root), params=params)
        yield from (
            Problem(code="live-header-harmful", place=Place(file=root), params={"header": header})
            for header in _harmful(answer)
        )
        yield from _lacking(answer, root, encrypted=urlsplit(root).scheme == "https", framed=False)
        if _lets_in(session, root, origin) not in {origin, "*"}:
            yield Problem(code="live-receiver-shut", place=Place(file=root), params={"origin": origin})
        if _lets_in(session, root, STRANGER):
            yield Problem(code="live-receiver-open", place=Place(file=root), params={"origin": origin})


def _lets_in(session: requests.Session, root: str, origin: str) -> str:
    """Whose pages the receiver says may send to it, where a page of this origin asks."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    try:
        with session.options(f"{root}submit/x", headers=asked, timeout=SECONDS, allow_redirects=False) as answer:
            return answer.headers.get("Access-Control-Allow-Origin", "")
    except requests.RequestException:
        raise refuse("live-unreachable", address=root) from None


def _plain(root: str) -> Iterator[Problem]:
    parts = urlsplit(root)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        yield Problem(code="live-plain", params={"address": root})


def _session(root: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = urlsplit(root).hostname not in LOOPBACK
    # A host could tell this reader from others by its name; it is not made that easy.
    session.headers.update({"User-Agent": "Mozilla/5.0", "Accept-Encoding": "gzip"})
    return session


def _asked(session: requests.Session, root: str, name: str) -> requests.Response:
    """The answer for a file, asked for as visitors do: a page by its folder; a way on is not followed."""
    path = name.removesuffix("index.html") if f"/{name}".endswith("/index.html") else name
    try:
        return session.get(root + quote(path), timeout=SECONDS, stream=True, allow_redirects=False)
    except requests.RequestException:
        raise refuse("live-unreachable", address=root) from None


def _body(answer: requests.Response, length: int) -> bytes:
    """The body, read no further than one sign more than it should have."""
    body = bytearray()
    try:
        for chunk in answer.iter_content(CHUNK):
            body += chunk
            if len(body) > length:
                break
    except requests.RequestException:
        raise refuse("live-unreachable", address=answer.url) from None
    return bytes(body)


def _compared(answer: requests.Response, name: str, part: Part) -> Iterator[Problem]:
    if answer.status_code != requests.codes.ok:
        yield Problem(code="live-missing", place=Place(file=name), params={"status": answer.status_code})
        return
    if hashlib.sha256(_body(answer, part.length)).hexdigest() != part.digest:
        yield Problem(code="live-changed", place=Place(file=name))
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    allowed = TYPES.get(f".{name.rpartition('.')[2]}")
    if allowed and kind not in allowed:
        params = {"found": kind or "–", "wanted": min(allowed)}
        yield Problem(code="live-type", place=Place(file=name), params=params)


def _harmful(answer: requests.Response) -> Iterator[str]:
    """The headers of an answer that mark readers, lead away, or report to somebody."""
    yield from (name for name in HARMFUL if name in answer.headers)
    if reporting := REPORTING.search(answer.headers.get(POLICY, "")):
        yield f"{POLICY}: {reporting[0].lower()}"


def _lacking(answer: requests.Response, root: str, *, encrypted: bool, framed: bool = True) -> Iterator[Problem]:
    """The headers that a page cannot give itself, where they lack; framed: whether it could stand in a frame."""
    wanted = {
        "X-Content-Type-Options: nosniff": answer.headers.get("X-Content-Type-Options", "").lower() == "nosniff",
    }
    if framed:
        policy = answer.headers.get(POLICY, "")
        wanted[f"{POLICY}: frame-ancestors 'none'"] = "frame-ancestors" in policy
    if encrypted:
        wanted["Strict-Transport-Security"] = "max-age" in answer.headers.get("Strict-Transport-Security", "")
    yield from (
        Problem(code="live-header-missing", place=Place(file=root), params={"header": name})
        for name, there in wanted.items()
        if not there
    )


def _other_build(session: requests.Session, root: str, manifest: Manifest) -> Iterator[Problem]:
    """Where the site names another build than the manifest: then most of it differs, for no bad reason."""
    with _asked(session, root, MANIFEST) as answer:
        try:
            served = parsed(_body(answer, 1 << 24))
        except ValueError:
            return
    if (served.commit, served.epoch) != (manifest.commit, manifest.epoch):
        params: dict[str, str | int] = {"commit": served.commit[:12] or "–", "epoch": served.epoch}
        params["own"] = manifest.commit[:12] or "–"
        yield Problem(code="live-other-build", place=Place(file=MANIFEST), params=params)


def served_manifest(address: str) -> Manifest | None:
    """The manifest that an address serves now; None where it serves none or does not answer."""
    root = f"{address.rstrip('/')}/"
    try:
        with _session(root) as session, _asked(session, root, MANIFEST) as answer:
            return parsed(answer.content) if answer.status_code == requests.codes.ok else None
    except (XinqiaoError, requests.RequestException, ValueError):
        return None
