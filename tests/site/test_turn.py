"""Two builds of one project never lay out their pages at the same time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from tests.site.conftest import TODAY, files_of

from xinqiao.site.turn import WAITING, turn

HOLD = """
import sys
from pathlib import Path
from xinqiao.site.turn import turn
with turn(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_who_comes_second_is_told_and_waits(tmp_path: Path) -> None:
    told = threading.Event()
    order: list[str] = []

    def second() -> None:
        with turn(tmp_path / "build", lambda words: (words == WAITING) and told.set()):
            order.append("second")

    with turn(tmp_path / "build"):
        waiting = threading.Thread(target=second)
        waiting.start()
        assert told.wait(30)
        order.append("first")
    waiting.join(30)
    assert order == ["first", "second"]


def test_a_build_that_dies_gives_its_turn_up(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        other.kill()
        other.wait()
        waited: list[str] = []
        with turn(tmp_path, waited.append):
            assert waited == []


def test_two_builds_at_once_are_both_right(
    build: Callable[..., object], new_project: Callable[[Path], Path], built: Path, tmp_path: Path
) -> None:
    project = new_project(tmp_path / "project")
    days = {"today": TODAY, "later": TODAY + timedelta(days=30)}
    with ThreadPoolExecutor(len(days)) as side_by_side:
        list(side_by_side.map(lambda name: build(project, tmp_path / name, today=days[name]), days))
    assert files_of(tmp_path / "today") == files_of(built)
    # Posters of what is over by then are gone; every page is there.
    pages = [{name for name in files_of(site) if name.endswith(".html")} for site in (tmp_path / "later", built)]
    assert pages[0] == pages[1]
