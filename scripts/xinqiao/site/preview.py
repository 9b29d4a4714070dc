"""Serves a site while it is being written: pages that load anew by themselves, and a quiet bar with what is wrong.

Pages keep their own content security policies: the bar's script comes from this server, and asks it by further
scripts, which works on pages that may connect to nobody.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from xinqiao.core.problem import Level, Problem
from xinqiao.core.text import Lang
from xinqiao.site import page
from xinqiao.site.serve import Quiet, Server

SCRIPT, STATE = "/.preview/preview.js", "/.preview/state.js"
# Before the address of a page: the page from which it is copied for WeChat.
COPY = "/.preview/wechat"
TAG = f'<script src="{SCRIPT}" defer></script>'.encode()
# How long a page's question is held open, in seconds: well below what browsers and proxies bear.
PATIENCE = 20.0
MOST_TOLD = 30


@dataclass(slots=True)
class Shown:
    """What the preview shows: the folder, how often it has changed, whether a build is at work, what is wrong.

    copier: from the folder and the path of a page to the page from which it is copied elsewhere, None for no text.
    """

    folder: Path
    copier: Callable[[Path, str], bytes | None] | None = None
    version: int = 0
    building: bool = False
    problems: tuple[Problem, ...] = ()
    count: int = 0
    # When the pages were renewed last, by the monotonic clock; 0 before the first time.
    renewed: float = 0.0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def tell(
        self,
        *,
        folder: Path | None = None,
        anew: bool = False,
        building: bool | None = None,
        problems: tuple[Problem, ...] | None = None,
    ) -> None:
        """Notes what is different; `anew`: the pages themselves, so that they are to be loaded again."""
        with self.changed:
            self.folder = folder or self.folder
            self.version += anew
            self.renewed = time.monotonic() if anew else self.renewed
            self.building = self.building if building is None else building
            self.problems = self.problems if problems is None else problems
            self.count += 1
            self.changed.notify_all()

    def after(self, count: int, seconds: float) -> bytes:
        """The state as a call of the bar's script, once it is another than that of `count`."""
        with self.changed:
            self.changed.wait_for(lambda: self.count != count, seconds)
            told = [
                {
                    "level": problem.level.value,
                    **{lang.value: problem.line(lang) for lang in Lang},
                }
                for problem in sorted(self.problems, key=lambda one: one.level is not Level.ERROR)[:MOST_TOLD]
            ]
            state = {"count": self.count, "version": self.version, "building": self.building, "problems": told}
        return f"xinqiaoPreview({json.dumps(state)});\n".encode()


class _Handler(Quiet):
    """Files of the folder that is shown now; its pages with the bar's script."""

    def __init__(self, *args: object, shown: Shown, **kwargs: object) -> None:
        self.shown = shown
        super().__init__(*args, **{**kwargs, "directory": str(shown.folder)})  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A page with the script put in, the script, the state, or a file as it is."""
        parts = urlsplit(self.path)
        if parts.path == SCRIPT:
            self._send("text/javascript", (files("xinqiao") / "templates/site/preview.js").read_bytes())
        elif parts.path == STATE:
            given = parse_qs(parts.query).get("count", [""])[0]
            self._send("text/javascript", self.shown.after(int(given) if given.isdecimal() else -1, PATIENCE))
        elif parts.path.startswith(f"{COPY}/") and (copied := self._copied(parts.path.removeprefix(COPY))) is not None:
            self._send("text/html", copied)
        elif not (self.shown.folder / "index.html").is_file():
            self._send("text/html", page.render("preview.html", script=SCRIPT).encode())
        elif (found := self._page(parts.path)) is not None:
            self._send("text/html", found.read_bytes().replace(b"</body>", TAG + b"</body>"))
        else:
            super().do_GET()

    def _copied(self, path: str) -> bytes | None:
        """The page from which the one at an address is copied."""
        found = self._page(path)
        if found is None or self.shown.copier is None:
            return None
        return self.shown.copier(self.shown.folder, found.relative_to(self.shown.folder).as_posix())

    def _page(self, path: str) -> Path | None:
        """The page at an address, where its policy lets scripts of this server run."""
        target = Path(self.translate_path(path))
        if target.is_dir() and path.endswith("/"):
            target /= "index.html"
        is_page = target.suffix == ".html" and target.is_file()
        return target if is_page and b"script-src 'self'" in target.read_bytes() else None

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def previewing(shown: Shown, host: str, port: int) -> Iterator[None]:
    """Serves what is shown, in a thread of its own, until the `with` statement ends."""
    with Server((host, port), partial(_Handler, shown=shown)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            # Lets go of those who wait.
            shown.tell()
