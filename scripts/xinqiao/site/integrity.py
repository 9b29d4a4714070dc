"""What a built page may run and wear is named in it by hash, so that nothing else does.

Scripts and styles that stand in a page are named in its own Content-Security-Policy (CSP 3, `script-src` and
`style-src` by hash), those that it fetches carry their hash as `integrity` (Subresource Integrity) and in their
address, so that a browser never meets a new page with an old script.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from posixpath import normpath
from urllib.parse import urlsplit

from xinqiao.site.html import RUNS

POLICY_NAME = '<meta http-equiv="Content-Security-Policy" content="'
POLICY = re.compile(rf'({POLICY_NAME})(?P<policy>[^"]+)(")')
# Written in the templates for who runs a generator by hand; a finished page has hashes in its place.
OPEN = "'unsafe-inline'"
# What ends the head of a page, or runs and is fetched before a policy that stands after it; a comment that is open.
EARLIER = re.compile(r"<(?:body|script|style|img)\b|<!--(?!.*?-->)", re.DOTALL | re.IGNORECASE)
CLOSED = frozenset({"'self'", "'none'"})
# Directives that may name a host, which is the receiver's.
NAMING = frozenset({"connect-src", "form-action"})
SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<inside>.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style\b[^>]*>(?P<inside>.*?)</style>", re.DOTALL)
STYLED = re.compile(r'<[a-z][^>]*?\sstyle="(?P<inside>[^"]*)"')
FETCHED = re.compile(
    r'(?P<tag><(?:script\b[^>]*?\ssrc|link\b(?=[^>]*?\brel="stylesheet")[^>]*?\shref'
    r'|form\b[^>]*?\sdata-seal|a\b[^>]*?\sdata-search)=")(?P<address>[^"?#]+)"'
)
# What a script of ours fetches later, by the address that the page names for it.
LATER = re.compile(r'\s(data-(?:seal|search))="$')
TYPE = re.compile(r'\btype="([^"]*)"')
ADDRESS_SIGNS = 10


class Guard:
    """Writes the hashes into pages of a site at `side`; `root_path`: of its address, `/` or `/x/`.

    What a page fetches has to lie in its place already. A page without a policy that holds is told of in `unguarded`.
    """

    def __init__(self, side: Path, root_path: str) -> None:
        self.side, self.root_path = side, root_path
        self.unguarded: list[str] = []
        self._known: dict[str, str | None] = {}

    def guarded(self, name: str, page: str) -> str:
        """A page with its hashes, from its path in the site and its HTML."""
        if not _holds(page):
            self.unguarded.append(name)
        return guarded(page, partial(self._hashed, name))

    def guard(self, paths: Iterable[Path]) -> None:
        """Writes the hashes into pages that lie in the site."""
        for path in sorted(paths):
            name = path.relative_to(self.side).as_posix()
            page = path.read_bytes().decode("utf-8", "surrogateescape")
            path.write_bytes(self.guarded(name, page).encode("utf-8", "surrogateescape"))

    def _hashed(self, page: str, address: str) -> str | None:
        target = _target(address, page, self.root_path)
        if target not in self._known:
            found = self.side / target
            self._known[target] = _hash(found.read_bytes()) if found.is_file() else None
        return self._known[target]


def nothing(_: str) -> None:
    """For a page that fetches nothing."""


def guarded(page: str, hashed: Callable[[str], str | None] = nothing) -> str:
    """A page with its hashes; `hashed` gives the hash of what lies at an address, None for what is not ours."""

    def fetched(match: re.Match[str]) -> str:
        address = html.unescape(match["address"])
        known = hashed(address)
        if known is None:
            return match[0]
        later = LATER.search(match["tag"])
        name = f"{later[1]}-integrity" if later else "integrity"
        return f'{match["tag"]}{match["address"]}?h={_sign(known)}" {name}="{known}"'

    page = FETCHED.sub(fetched, page)
    scripts = [one["inside"] for one in SCRIPT.finditer(page) if _runs(one["attributes"])]
    # Few pages have styles of their own: to look for the word costs a fraction of looking at every element.
    styles = [one["inside"] for one in STYLE.finditer(page)] if "<style" in page else []
    worn = [html.unescape(one["inside"]) for one in STYLED.finditer(page)] if 'style="' in page else []
    allowed = {
        "script-src": _named(scripts),
        "style-src": [*_named(styles), *(["'unsafe-hashes'", *_named(worn)] if worn else [])],
    }
    return POLICY.sub(lambda match: f"{match[1]}{_policy(match['policy'], allowed)}{match[3]}", page)


def _holds(page: str) -> bool:
    """Whether a page has a policy where browsers heed it, before all else, and it keeps others out."""
    start = page.find(POLICY_NAME)
    match = POLICY.match(page, start) if start >= 0 else None
    return match is not None and not EARLIER.search(page, 0, start) and _closed(match["policy"])


@cache
def _closed(policy: str) -> bool:
    directives = [part.split() for part in policy.split(";") if part.strip()]
    if not any(name == "default-src" and CLOSED.issuperset(sources) for name, *sources in directives):
        return False
    for name, *sources in directives:
        hosts = [source for source in sources if not source.startswith("'") and source not in {"data:", "blob:"}]
        if hosts and (name not in NAMING or any("*" in host or host.endswith(":") for host in hosts)):
            return False
    return True


def _policy(policy: str, allowed: dict[str, list[str]]) -> str:
    parts = []
    for directive in filter(None, re.split(r";\s*", policy)):
        name, *sources = directive.split()
        if OPEN in sources:
            named = [source for source in sources if source != OPEN] + allowed.get(name, [])
            sources = named or ["'none'"]
        parts.append(" ".join([name, *sources]))
    return "; ".join(parts)


@cache
def _sign(known: str) -> str:
    """What stands in an address for a hash."""
    return hashlib.sha256(known.encode()).hexdigest()[:ADDRESS_SIGNS]


def _named(texts: Iterable[str]) -> list[str]:
    return [f"'{_hash(text.encode('utf-8', 'surrogateescape'))}'" for text in dict.fromkeys(texts)]


def _hash(content: bytes) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode('ascii')}"


def _runs(attributes: str) -> bool:
    kind = TYPE.search(attributes)
    return (kind[1] if kind else "") in RUNS and not re.search(r"\ssrc=", attributes)


def _target(address: str, page: str, root_path: str) -> str:
    """The file of the site that an address on a page leads to, in the site's own terms."""
    if urlsplit(address).netloc or urlsplit(address).scheme:
        return ""
    if address.startswith("/"):
        return normpath(address.removeprefix(root_path))
    return normpath(f"{page.rpartition('/')[0]}/{address}".lstrip("/"))
