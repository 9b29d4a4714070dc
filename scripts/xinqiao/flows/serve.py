"""`xinqiao serve`: the site while it is being written; what is saved is seen at once, what is wrong is told."""

from __future__ import annotations

import shutil
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from xinqiao.config import Config, load_config
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Text
from xinqiao.flows.build import build, portal_names
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.port import HOST, check_port
from xinqiao.flows.wechat import copier
from xinqiao.site.manifest import Stamp, build_moment
from xinqiao.site.preview import Shown, previewing
from xinqiao.site.refresh import Snapshot, changed, pages_alone, refresh, snapshot
from xinqiao.site.serve import stopped_by_signals

# How often the files are looked at, in seconds.
PAUSE = 0.2
Told = Callable[[Sequence[Problem]], None]


def serve(config: Config, port: int, progress: Progress, told: Told) -> Outcome:
    """Builds, serves and watches until it is stopped; `told` is given the problems of each build and each page.

    The site lies in `build/preview`, its forms send to this machine alone. Raises XinqiaoError (port-taken).
    """
    check_port(port, port + 10)
    stopped_by_signals()
    folder = config.root / "build" / "preview"
    shutil.rmtree(folder, ignore_errors=True)
    watch = Watch(
        root=config.root,
        port=port,
        progress=progress,
        told=told,
        shown=Shown(folder=folder / "1", copier=copier(config)),
    )
    with previewing(watch.shown, HOST, port):
        watch.until_stopped()
    return Outcome(said=Text.of(zh="预览已停止。", en="The preview has stopped."))


@dataclass(slots=True)
class Watch:
    """Looks at the files again and again: a page that was saved is made at once, the whole site in the background.

    Each whole build goes into the folder of the two that is not shown, so that nobody meets half a site.
    """

    root: Path
    port: int
    progress: Progress
    told: Told
    shown: Shown
    before: Snapshot = field(default_factory=dict)
    built: bool = False
    stale: bool = False
    work: Future[Outcome] | None = None
    begun: float = 0.0
    laying: threading.Lock = field(default_factory=threading.Lock)
    composing: bool = False
    builder: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def until_stopped(self) -> None:
        """Looks again and again until Ctrl+C."""
        try:
            while True:
                self.look()
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            self.builder.shutdown(cancel_futures=True)

    def look(self) -> None:
        """One look: what has changed since the last one, and whether a build has ended."""
        now = snapshot(self.root)
        names, self.before = changed(self.before, now), now
        if names:
            self.stale = True
            if self.built:
                self._pages(frozenset(names))
        if self.work is not None and self.work.done():
            self._ended(self.work)
        if self.stale and self.work is None:
            self.stale = False
            self.begun = time.perf_counter()
            self.shown.tell(building=True)
            self.work = self.builder.submit(self._build)

    def alone(self, work: Callable[[Progress], None]) -> None:
        """Does other work that composes the site, once no build is at it; the work is given the progress to tell."""

        def done() -> None:
            try:
                work(self._step)
            finally:
                self._laid_out()

        self.builder.submit(done).add_done_callback(_tell_failure)

    def _config(self) -> Config:
        return load_config(self.root).at(self.port)

    def _build(self) -> Outcome:
        try:
            return build(self._config(), self._aside, self._step)
        finally:
            self._laid_out()

    def _step(self, words: str) -> None:
        """While the composed files are laid out anew, no page is made from them."""
        if words == "compose":
            self.laying.acquire()
            self.composing = True
        elif words == "generate":
            self._laid_out()
        self.progress(words)

    def _laid_out(self) -> None:
        if self.composing:
            self.composing = False
            self.laying.release()

    @property
    def _aside(self) -> Path:
        folder = self.shown.folder
        return folder.with_name("2" if folder.name == "1" else "1")

    def _ended(self, work: Future[Outcome]) -> None:
        """Shows what was built, unless something was saved since; then the next build is shown."""
        self.work = None
        try:
            problems = work.result().problems
        except XinqiaoError as error:
            self._say(error.problems)
            self.shown.tell(building=False)
            return
        if not self.stale:
            self.built = True
            self.shown.tell(folder=self._aside, anew=True, building=False)
            self._say(problems)
            self.progress(f"{time.perf_counter() - self.begun:.1f} s")

    def _pages(self, names: frozenset[str]) -> None:
        """Makes the pages that were saved, where they can be made alone."""
        try:
            config = self._config()
            day = Stamp(moment=build_moment()).day
            for lang, name in pages_alone(names, self.root):
                with self.laying:
                    found = refresh(
                        self.root, lang, name, site=self.shown.folder, names=portal_names(config), today=day
                    )
                if found is not None:
                    self._say(found)
                    self.shown.tell(anew=True)
        except XinqiaoError as error:
            self._say(error.problems)

    def _say(self, problems: Sequence[Problem]) -> None:
        if tuple(problems) != self.shown.problems:
            self.shown.tell(problems=tuple(problems))
            self.told(problems)


def _tell_failure(work: Future[None]) -> None:
    """What nobody foresaw goes to the terminal: nobody asks for the outcome of such work."""
    if not work.cancelled() and (failure := work.exception()):
        traceback.print_exception(failure)
