"""`xinqiao admin`: the editor in the browser, the preview beside it, a check and a button that publishes."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from xinqiao.config import FILE, Config, load_config
from xinqiao.core.form import Form, Purpose
from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang, Text
from xinqiao.flows.check import check, in_project
from xinqiao.flows.made import make
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.flows.port import HOST, check_port
from xinqiao.flows.project import load_forms
from xinqiao.flows.publish import publish
from xinqiao.flows.saved import author_of, save, unsaved
from xinqiao.flows.serve import Watch
from xinqiao.flows.wechat import copier
from xinqiao.site.editor.cms import Backend, cms_config
from xinqiao.site.editor.collections import Offered, collections, writable
from xinqiao.site.editor.contents import Contents
from xinqiao.site.editor.host import BRANCH, NAME, OWNER, Host
from xinqiao.site.editor.serve import Made, desk_serving
from xinqiao.site.editor.work import Work
from xinqiao.site.events import Event, read_events
from xinqiao.site.newsroom import FOLDER, unready
from xinqiao.site.preview import Shown, previewing
from xinqiao.site.serve import stopped_by_signals
from xinqiao.site.tags import FILE as TAGS
from xinqiao.site.tags import read_tags

Read = TypeVar("Read")
TO_MEND = Text.of(zh="有问题要处理，见下面。", en="There is something to put right, see below.")
UNFINISHED = Text.of(zh="没有做完。", en="It was not finished.")


def admin(config: Config, port: int, progress: Progress, ready: Callable[[str], None]) -> Outcome:
    """Serves the editor at `port` and the preview at the next, until it is stopped; `ready` is given the address.

    Raises XinqiaoError (port-taken).
    """
    check_port(port, port + 10)
    check_port(port + 1, port + 10)
    stopped_by_signals()
    folder = config.root / "build" / "admin" / "preview"
    shutil.rmtree(folder, ignore_errors=True)
    shown = Shown(folder=folder / "1", copier=copier(config))
    watch = Watch(root=config.root, port=port + 1, progress=progress, told=lambda _: None, shown=shown)
    desk = Bureau(root=config.root, watch=watch, preview=f"http://{HOST}:{port + 1}/")
    token = secrets.token_urlsafe(24)
    with previewing(watch.shown, HOST, port + 1), desk_serving(desk, HOST, port, token):
        ready(f"http://{HOST}:{port}/{token}/")
        watch.until_stopped()
    return Outcome(said=Text.of(zh="编辑器已停止。", en="The editor has stopped."))


@dataclass(slots=True, kw_only=True)
class Bureau:
    """What the pages around the editor ask for; reads the portal's settings anew each time."""

    root: Path
    watch: Watch
    preview: str
    check: Work = field(default_factory=Work)
    publication: Work = field(default_factory=Work)
    saving: threading.Lock = field(default_factory=threading.Lock)
    host: Host = field(init=False)
    settings: Config = field(init=False)
    known: tuple[object, Offered] = (None, Offered())

    def __post_init__(self) -> None:
        self.settings = load_config(self.root)
        contents = Contents(root=self.root, allowed=writable(collections(Offered())))
        self.host = Host(contents=contents, author=author_of(self.root), committed=self._committed)

    @property
    def now(self) -> Config:
        """The portal's settings as they stand; those of before while the file cannot be read."""
        self.settings = _kept(lambda: load_config(self.root), self.settings)
        return self.settings

    @property
    def offered(self) -> Offered:
        """What content may name, read anew where a file of it has changed."""
        files = (*self.now.form_files, self.root / TAGS, self.root / FILE)
        mark = tuple((path, path.stat().st_mtime_ns) for path in files if path.is_file())
        if self.known[0] != mark:
            self.known = (mark, offered(self.now))
        return self.known[1]

    @property
    def title(self) -> Text:
        """The portal's name."""
        return self.now.title

    @property
    def age(self) -> int | None:
        """How many seconds ago the preview was renewed; None before its first build."""
        renewed = self.watch.shown.renewed
        return round(time.monotonic() - renewed) if renewed else None

    def config(self, lang: Lang, api: str) -> Mapping[str, object]:
        """The editor's configuration."""
        backend = Backend(name="gitea", api=api, repo=f"{OWNER}/{NAME}", branch=BRANCH)
        return cms_config(collections(self.offered), backend, lang, site_url=self.preview, title=self.title)

    def offers(self) -> Mapping[str, object]:
        """Events, registration and feedback forms to choose from."""
        found = self.offered
        events: Mapping[str, Event] = _kept(lambda: read_events(self.root), {})
        titles = {slug: event.title for slug, event in events.items()}
        return {"events": titles, "registration": found.registration, "feedback": found.feedback}

    def make(self, given: Mapping[str, str]) -> Made:
        """Makes drafts of what the form asks for, and commits them."""
        try:
            made = make(self.now, given)
        except XinqiaoError as error:
            return Made(problems=error.problems)
        self._committed(made.files, f"{given.get('kind', '')}: {made.files[0]}")
        return made

    def begin_check(self) -> None:
        """Checks in the background, after what is being built now."""
        if self.check.begin(self.host.contents.state()):
            self.watch.alone(lambda progress: self._run(self.check, lambda: check(load_config(self.root), progress)))

    def begin_publication(self) -> None:
        """Publishes in the background, after what is being built now."""
        if self.publication.begin(self.host.contents.state()):
            work = self.publication
            self.watch.alone(lambda progress: self._run(work, lambda: self._publish(progress)))

    def waiting(self) -> Mapping[str, object]:
        """What is not committed, which drafts stay back, where it goes."""
        config = self.now
        return {
            "settings": config.publish,
            "site": config.site_url,
            "changed": unsaved(self.root, self.host.contents),
            "drafts": drafts(self.root),
        }

    def _publish(self, progress: Progress) -> Outcome:
        with self.saving:
            save(self.root, unsaved(self.root, self.host.contents), "editor: publish", self.host.author)
        return publish(load_config(self.root), self.publication.step, progress)

    def _committed(self, paths: Sequence[str], message: str) -> None:
        # What cannot be committed now is written all the same; the page of publication names it, and tries again.
        with self.saving, suppress(XinqiaoError):
            save(self.root, paths, message, self.host.author)

    def _run(self, work: Work, flow: Callable[[], Outcome]) -> None:
        said = UNFINISHED
        problems: tuple[Problem, ...] = (Problem(code="editor-unfinished"),)
        try:
            outcome = flow()
            said, problems = outcome.said, outcome.problems
        except XinqiaoError as error:
            said, problems = TO_MEND, tuple(in_project(problem, self.root) for problem in error.problems)
        finally:
            # Whatever happens, the page that waits is told.
            work.end(said, problems)


def offered(config: Config) -> Offered:
    """The forms and tags that content may name; those that cannot be read are told of by the check."""
    nothing: tuple[Form, ...] = ()
    forms = [form for form in _kept(lambda: load_forms(config), nothing) if not form.occasion]
    untagged: Mapping[str, Text] = {}
    return Offered(
        registration={form.id: form.title for form in forms if form.purpose is Purpose.REGISTRATION},
        feedback={form.id: form.title for form in forms if form.purpose is Purpose.SURVEY},
        tags=_kept(lambda: read_tags(config.root), untagged),
        self_checks={form.id: form.title for form in forms if form.purpose is Purpose.SELF_CHECK},
    )


def drafts(root: Path) -> tuple[str, ...]:
    """The news that say they are drafts, by file."""
    paths = sorted((root / FOLDER).rglob("*.md"))
    return tuple(path.relative_to(root).as_posix() for path in paths if unready(path.read_text("utf-8-sig")))


def _kept(read: Callable[[], Read], otherwise: Read) -> Read:
    try:
        return read()
    except XinqiaoError:
        return otherwise
