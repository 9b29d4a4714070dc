"""The demonstration, running as a newcomer runs it, and a visitor's browser that notes what it asks for."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from xinqiao.core.text import Lang
from xinqiao.site.html import read_page

# Every page of the site is of one of these kinds; a page of another kind fails, and so does a kind without a page.
KINDS = (
    "home", "article", "course", "lesson", "scenario", "page", "help", "list", "events", "recaps", "policy",
    "form", "outcome", "self-check", "contribute", "scoring", "summary", "missing", "lost", "entrance", "crisis",
)  # fmt: skip
# These belong to no language; the entrance leads on as soon as scripts run.
OF_NO_LANGUAGE = ("lost", "entrance", "crisis")
OF_ITS_OWN = {"404.html": "lost", "index.html": "entrance", "help-now/index.html": "crisis"}
OF_ITS_NAME = {
    "thanks": "outcome",
    "not-accepted": "outcome",
    "scoring": "scoring",
    "waiting": "outcome",
    "closed": "outcome",
}


@dataclass(frozen=True, slots=True)
class Mode:
    """How a page is looked at: the width of the screen in pixels, and its palette."""

    width: int
    palette: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.width}-{self.palette}"


# Paired: each language in two modes, both together in all four. XINQIAO_ALL_MODES=1 takes them all.
PAIRED = {
    Lang.ZH: (Mode(390, "light"), Mode(1280, "dark")),
    Lang.EN: (Mode(390, "dark"), Mode(1280, "light")),
}
ALL_MODES = bool(os.environ.get("XINQIAO_ALL_MODES"))
EVERY = tuple(mode for modes in PAIRED.values() for mode in modes)
MODES = {lang: EVERY if ALL_MODES else PAIRED[lang] for lang in Lang}

# From form to form these differ in words alone: so many of them stand for all, unless all modes are taken.
ALIKE = {"outcome": 2, "contribute": 1, "scoring": 2, "list": 8}
# Where scripts are held back or off, so many forms stand for all as they are opened; test_forms.py uses each.
FEW = {"form": 1, "self-check": 1}

# The forms of the demonstration under test: the portal's own, the pack that it leaves off, one with every kind, and the
# registration for one event.
ROOT = Path(__file__).resolve().parents[2]
PACK, EVERY_KIND, FOR_AN_EVENT = "who5", "every-kind", "event-registration@slow-hour"
FORMS = (*sorted(path.stem for path in (ROOT / "forms").glob("*.yml")), PACK, EVERY_KIND, FOR_AN_EVENT)

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


def with_more_forms(folder: Path) -> Path:
    """Turns the pack on, and adds tests/forms/full.yml as a form of its own."""
    settings = folder / "portal.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("packs = []", f'packs = ["{PACK}"]'), "utf-8")
    full = (ROOT / "tests" / "forms" / "full.yml").read_text(encoding="utf-8")
    full = full.replace("form_id: full,", f"form_id: {EVERY_KIND},").replace("purpose: self-check", "purpose: survey")
    full = full.replace("untranslated: [en]\n", "")
    (folder / "forms" / f"{EVERY_KIND}.yml").write_text(full, "utf-8")
    return folder


def free_ports() -> int:
    """A port that is free together with the next two."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
            except (OSError, OverflowError):
                continue
            return port


@pytest.fixture(scope="session")
def demo(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = with_more_forms(copy_project(root, tmp_path_factory.mktemp("portal")))
    running = Demo(folder=folder, port=free_ports(), log=folder / "demo.log")
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


def kind_of(path: str, named: str) -> str:
    """The kind of a built page, from its path and from what its look is called."""
    if path in OF_ITS_OWN:
        return OF_ITS_OWN[path]
    if path.endswith("404.html"):
        return "missing"
    return OF_ITS_NAME.get(path.removesuffix("/index.html").rpartition("/")[2], named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The pages of the built site by kind and language, as addresses below the site's root."""

    demo: Demo
    pages: Mapping[tuple[str, Lang], Sequence[str]]

    def seen(self, kind: str, lang: Lang, mode: Mode) -> list[str]:
        """The first page of a kind in every mode, its other pages in one mode each, or all in all."""
        first, *others = self.pages[kind, lang]
        modes = MODES[lang]
        return [first, *(page for at, page in enumerate(others) if ALL_MODES or modes[at % len(modes)] == mode)]

    def few(self, kind: str, lang: Lang) -> list[str]:
        """All pages of a kind, or the first few where those stand for all."""
        return list(self.pages[kind, lang][: None if ALL_MODES else FEW.get(kind)])

    def first(self, kind: str, lang: Lang) -> str:
        """The page that stands for a kind."""
        return self.demo.site + self.pages[kind, lang][0]


@pytest.fixture(scope="session")
def bench(demo: Demo) -> Bench:
    pages: dict[tuple[str, Lang], list[str]] = {}
    built = demo.folder / "site"
    for file in sorted(built.rglob("*.html")):
        page = read_page(built, file)
        kind = kind_of(page.path, page.kind)
        assert kind in KINDS, f"{page.path} is of the unknown kind “{kind}”: name it in KINDS, so that it is looked at"
        folder = page.path.partition("/")[0]
        lang = Lang(folder) if folder in set(Lang) else Lang.ZH
        pages.setdefault((kind, lang), []).append(page.path.removesuffix("index.html"))
    lacking = [key for key in itertools.product(KINDS, Lang) if key not in pages]
    assert not [(kind, lang) for kind, lang in lacking if kind not in OF_NO_LANGUAGE or lang is Lang.ZH], lacking
    kept = {key: found[: None if ALL_MODES else ALIKE.get(key[0])] for key, found in pages.items()}
    return Bench(demo=demo, pages=kept)


def cases(*without: str) -> list[Any]:
    """Every kind in every language that it exists in."""
    return [
        pytest.param(kind, lang, id=f"{kind}-{lang.value}")
        for kind in KINDS
        for lang in Lang
        if kind not in without and (kind not in OF_NO_LANGUAGE or lang is Lang.ZH)
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that ask for `kind` and `lang` run for every kind and language, those that ask for `mode` in its modes."""
    if "kind" not in metafunc.fixturenames:
        return
    if "mode" not in metafunc.fixturenames:
        metafunc.parametrize(("kind", "lang"), cases())
        return
    every = [
        pytest.param(*case.values, mode, id=f"{case.id}-{mode}")
        for case in cases("entrance")
        for mode in MODES[case.values[1]]
    ]
    metafunc.parametrize(("kind", "lang", "mode"), every)


@dataclass(slots=True)
class Visitor:
    """A browser window that is used again for many pages, and what each page did in it."""

    page: Page
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)

    def go(self, address: str) -> int:
        """Opens a page afresh; gives the status of the answer."""
        self.page.goto("about:blank")
        self.asked.clear()
        self.faults.clear()
        response = self.page.goto(address, wait_until="load")
        assert response is not None
        return response.status


@pytest.fixture(scope="module")
def visitors(browser: Browser) -> Iterator[Any]:
    """Gives a visitor by width, palette and `scripts`: "on", "blocked" (by policy, so that axe still runs) or "off"."""
    made: dict[tuple[int, str, str], Visitor] = {}
    contexts: list[BrowserContext] = []

    def visitor(width: int, palette: Literal["light", "dark"] = "light", scripts: str = "on") -> Visitor:
        if (width, palette, scripts) not in made:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=palette,
                reduced_motion="reduce",
                java_script_enabled=scripts != "off",
                # What a service worker fetches for a page passes no route: the policy would not come with it.
                service_workers="block" if scripts == "blocked" else "allow",
            )
            if scripts == "blocked":
                context.route("**/*", _without_scripts)
            contexts.append(context)
            made[width, palette, scripts] = Visitor(context.new_page())
        return made[width, palette, scripts]

    yield visitor
    for context in contexts:
        context.close()


def _without_scripts(route: Any) -> None:
    """Lets a page come with a policy that forbids its scripts, those within it too."""
    if route.request.resource_type != "document" or route.request.method == "POST":
        route.continue_()
        return
    answer = route.fetch()
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": "script-src 'none'"})


@pytest.fixture(scope="module")
def pictures(root: Path) -> Iterator[Path]:
    """The folder of screenshots; a sheet of them all is written when the module ends."""
    folder = root / "screenshots"
    folder.mkdir(exist_ok=True)
    yield folder
    (folder / "index.html").write_text(contact_sheet(folder), encoding="utf-8")


def take_picture(page: Page, path: Path) -> None:
    """The whole page as a picture that is soon written and small enough to send."""
    page.screenshot(path=path, type="jpeg", quality=70, full_page=True)


def contact_sheet(folder: Path) -> str:
    """All screenshots by kind, page and mode, small, so that a person looks through them in two minutes."""
    rows: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*--*.jpg")):
        rows.setdefault(path.name.split("--")[0], []).append(path)
    order = sorted(rows, key=lambda kind: KINDS.index(kind) if kind in KINDS else len(KINDS))
    sections = "".join(
        f"<h2>{kind}</h2><div>"
        + "".join(
            f'<figure><a href="{path.name}"><img src="{path.name}" alt="" loading="lazy"></a>'
            f"<figcaption>{' · '.join(path.stem.split('--')[1:])}</figcaption></figure>"
            for path in rows[kind]
        )
        + "</div>"
        for kind in order
    )
    style = (
        "body{font:14px system-ui;margin:1rem;background:#888;color:#fff}div{display:flex;flex-wrap:wrap;gap:.6rem}"
        "figure{margin:0}img{height:20rem;max-width:24rem;object-fit:cover;object-position:top;background:#fff}"
        "figcaption{max-width:14rem;overflow-wrap:anywhere}"
    )
    return f"<!doctype html><meta charset=utf-8><title>Screenshots</title><style>{style}</style>{sections}\n"


def _wait(running: Demo, process: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(1500):
        if process.poll() is not None:
            raise RuntimeError(f"the demonstration ended:\n{running.log.read_text()}")
        try:
            opener.open(running.site, timeout=1).read()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the demonstration does not answer:\n{running.log.read_text()}")
