"""The preview's watch: what is saved is made at once, the whole site afterwards; a fault keeps the last good page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from xinqiao.config import Config
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.flows import serve
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.site.preview import Shown

PAGE = "docs/zh/learn/topic.md"
WRONG = Problem(code="registry-date", place=Place(file=PAGE, line=5, column=13), params={"key": "written_on"})


class Stage:
    """A watch whose build and refresh are played: what they did, and what they are told to do."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.told: list[list[str]] = []
        self.wrong: list[Problem] = []
        self.may_build = threading.Event()
        self.may_build.set()
        (root / PAGE).parent.mkdir(parents=True)
        (root / PAGE).write_text("1", encoding="utf-8")
        monkeypatch.setattr(serve, "build", self.build)
        monkeypatch.setattr(serve, "refresh", self.refresh)
        monkeypatch.setattr(serve, "portal_names", lambda _: None)
        monkeypatch.setattr(serve.Watch, "_config", lambda _: None)
        shown = Shown(folder=root / "build/preview/1")
        self.root, self.shown = root, shown
        self.watch = serve.Watch(root=root, port=1, progress=lambda _: None, told=self.tell, shown=shown)

    def build(self, _: Config, output: Path, progress: Progress) -> Outcome:
        for step in ("read", "compose", "generate"):
            progress(step)
        self.may_build.wait(10)
        if self.wrong:
            raise XinqiaoError(self.wrong)
        self.done.append(f"build {output.name}")
        return Outcome(said=Text.of(zh="好", en="done"))

    def refresh(self, _: Path, lang: Lang, name: str, **__: object) -> tuple[Problem, ...]:
        if self.wrong:
            raise XinqiaoError(self.wrong)
        self.done.append(f"page {lang.value}/{name}")
        return ()

    def tell(self, problems: Sequence[Problem]) -> None:
        self.told.append([problem.code for problem in problems])

    def save(self, name: str = PAGE) -> None:
        path = self.root / name
        path.write_text(f"{path.read_text(encoding='utf-8') if path.exists() else ''}!", encoding="utf-8")

    def look_until(self, wanted: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        self.watch.look()
        while not wanted():
            self.watch.look()
            assert time.monotonic() < end, self.done
            time.sleep(0.005)

    def settle(self) -> None:
        self.look_until(lambda: self.watch.built and self.watch.work is None and not self.watch.stale)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    made = Stage(tmp_path, monkeypatch)
    yield made
    made.may_build.set()
    made.watch.builder.shutdown()


def test_the_first_look_builds_aside_and_then_shows(stage: Stage) -> None:
    stage.settle()
    assert stage.done == ["build 2"]
    assert (stage.shown.folder.name, stage.shown.version, stage.shown.building) == ("2", 1, False)
    stage.watch.look()
    assert stage.done == ["build 2"]


def test_a_saved_page_is_shown_before_the_whole_site(stage: Stage) -> None:
    stage.settle()
    stage.may_build.clear()
    stage.save()
    stage.watch.look()
    assert stage.done[1:] == ["page zh/learn/topic.md"]
    assert (stage.shown.version, stage.shown.building) == (2, True)
    stage.may_build.set()
    stage.settle()
    assert stage.done[2:] == ["build 1"]


def test_a_build_that_was_overtaken_is_not_shown(stage: Stage) -> None:
    stage.settle()
    stage.may_build.clear()
    stage.save()
    stage.watch.look()
    stage.save()
    stage.watch.look()
    shown = stage.shown.folder
    stage.may_build.set()
    stage.look_until(lambda: "build 1" in stage.done and stage.watch.work is not None)
    assert stage.shown.folder == shown
    stage.settle()
    assert stage.done[-1] == "build 1"
    assert stage.shown.folder.name == "1"


def test_a_fault_is_told_once_and_the_last_good_site_stays(stage: Stage) -> None:
    stage.settle()
    version = stage.shown.version
    stage.wrong = [WRONG]
    stage.save()
    stage.watch.look()
    stage.look_until(lambda: stage.watch.work is None)
    assert stage.shown.problems == (WRONG,)
    assert (stage.shown.folder.name, stage.shown.version, stage.told) == ("2", version, [["registry-date"]])
    stage.wrong = []
    stage.save()
    stage.settle()
    assert stage.shown.problems == ()
    assert stage.told == [["registry-date"], []]


def test_a_build_that_fails_while_it_lays_out_blocks_no_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.settle()

    def failing(_: Config, __: Path, progress: Progress) -> Outcome:
        progress("compose")
        raise XinqiaoError([WRONG])

    monkeypatch.setattr(serve, "build", failing)
    stage.save("portal.toml")
    stage.watch.look()
    stage.look_until(lambda: stage.watch.work is None)
    assert not stage.watch.laying.locked()


def test_a_fault_of_ours_ends_the_preview(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Outcome:
        raise ZeroDivisionError

    monkeypatch.setattr(serve, "build", broken)
    with pytest.raises(ZeroDivisionError):
        stage.settle()
