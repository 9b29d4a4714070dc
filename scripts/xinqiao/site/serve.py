"""Serves a finished site on this machine; keeps no log of who asked for what."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Quiet(SimpleHTTPRequestHandler):
    """Files as any static host gives them, without logging, always fresh."""

    # An address that names nothing about the program or its version.
    server_version = "static"
    sys_version = ""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: an access log would keep who read what, and when."""

    def end_headers(self) -> None:
        """Adds that a page must be asked for anew, so that a build is seen at once; and what a page cannot say."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Security-Policy", "frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The site's own page for what is not there, in the language of the address or, where it has none, in both."""
        lang = self.path.lstrip("/").split("/", maxsplit=1)[0]
        pages = [Path(self.directory) / folder / "404.html" for folder in (lang, "")]
        page = next((page for page in pages if page.is_file()), pages[0])
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """One thread a reader; a reader who leaves in the middle of a page is no fault and leaves no trace."""

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 (the standard server's names)
        """The kind of what went wrong, without the address that the standard server would print."""
        failure = sys.exception()
        if not isinstance(failure, ConnectionError):
            sys.stderr.write(f"serve: {type(failure).__name__}\n")


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def serving(folder: Path, host: str, port: int) -> Iterator[None]:
    """Serves another folder beside, for as long as the block lasts; one that is built anew is seen at once."""
    with Server((host, port), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def stopped_by_signals() -> None:
    """Lets Ctrl+C and the system's wish to end raise KeyboardInterrupt. To be called from the main thread."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        # Set anew: a program started in the background of a script has Ctrl+C switched off.
        signal.signal(ending, _stop)


def serve_folder(folder: Path, host: str, port: int) -> None:
    """Serves a folder until Ctrl+C or until the system asks it to end. To be called from the main thread."""
    stopped_by_signals()
    with Server((host, port), partial(Quiet, directory=str(folder))) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            # How it is meant to end; there is nothing to tell.
            return
