"""The demonstration, running as a newcomer runs it, and a visitor's browser that notes what it asks for."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PARTS = ("portal.toml", "mkdocs.yml", "mkdocs.en.yml", "docs", "forms", "overrides")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demonstration in a folder of its own."""

    folder: Path
    port: int
    log: Path

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def receiver(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    def run(self, *args: str) -> tuple[int, dict[str, Any]]:
        """`xinqiao ARGS --json` beside the running demonstration: exit code and document."""
        command = [sys.executable, "-m", "xinqiao.cli", *args, "--project", str(self.folder), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)


def copy_project(root: Path, folder: Path) -> Path:
    for part in PARTS:
        source = root / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        else:
            shutil.copy(source, folder / part)
    return folder


def two_free_ports() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@pytest.fixture(scope="session")
def demo(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = copy_project(root, tmp_path_factory.mktemp("portal"))
    running = Demo(folder=folder, port=two_free_ports(), log=folder / "demo.log")
    command = [sys.executable, "-m", "xinqiao.cli", "demo", "--project", str(folder), "--port", str(running.port)]
    environment = {name: value for name, value in os.environ.items() if name != "XINQIAO_KEYS"}
    with running.log.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            _wait(running, process)
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0, "it ends calmly"


def _wait(running: Demo, process: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the demonstration ended:\n{running.log.read_text()}")
        try:
            opener.open(running.site, timeout=1).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the demonstration does not answer:\n{running.log.read_text()}")
