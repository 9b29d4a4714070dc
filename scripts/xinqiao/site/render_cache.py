"""Lets MkDocs write a page as it wrote it before, where nothing has changed that the page is made of.

It makes a build faster, never different: without a store every page is the same to the last byte. A page is known by
the hash of its source, of the settings, the theme, the installed packages, and of the titles, addresses and front
matter of the pages in the navigation; what its links lead to is looked up anew. Where a template or a plugin looks at
more than that, nothing is kept. What is kept is a page as MkDocs gives it, before it is finished.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import markdown
from jinja2 import Environment
from mkdocs import utils
from mkdocs.commands import build as building
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure import pages as paging
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from xinqiao.site.cache import Kept, digest
from xinqiao.site.compiled import TEMPLATES
from xinqiao.site.own_blocks import converted
from xinqiao.site.shares import Shares

PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
# What a template may know of other pages or of the day; such a theme's pages are always made anew.
LOOKS_FURTHER = re.compile(r"\{[{%][^}]*?(?<![\w.-])(?:pages|files|build_date_utc)\b|\.update_date\b")
INCLUDES_ASSET = re.compile(r"""\{%-?\s*(?:include|import|from|extends)\s+["']assets/""")
# They differ from build to build and are not in any page.
PLACES = {"site_dir", "docs_dir", "config_file_path", "plugins", "hooks", "theme"}
# Markdown's own extensions begin anew with each text, as their `reset` promises; for others each text has its own.
OWN_EXTENSION = re.compile(r"[a-z_]+")
# After so many pages it is told how many are done.
STRIDE = 50
# From a page's place in the site and its HTML to the HTML that is written.
Finish = Callable[[str, str], str]


class Rendering(BasePlugin):  # type: ignore[type-arg,no-untyped-call]  # it has no settings
    """MkDocs' steps with a page, reading its source, rendering it, writing it, with what was kept in between.

    kept: the store, None where nothing is to be kept; only: the pages to be written, by their sources, all where it
    is empty; finish: what is done to each page last; step: is told now and then how many pages of how many are done;
    shares: how pages are shared out between processes.
    """

    def __init__(
        self,
        kept: Kept | None,
        only: frozenset[str],
        finish: Finish,
        *,
        step: Callable[[str], None] = lambda _: None,
        shares: Shares | None = None,
    ) -> None:
        self.kept, self.only, self.finish, self.step = kept, only, finish, step
        self.shares = shares or Shares()
        self.count = 0
        self.looked: dict[str, dict[str, str | None]] = {}
        self.done: set[str] = set()
        self.warned: set[str] = set()
        self.made = ""
        self.markdown: markdown.Markdown | None = None
        self.warnings = _Warnings(logging.WARNING)
        self.populate_plainly, self.build_plainly = building._populate_page, building._build_page

    @contextmanager
    def at_work(self, config: MkDocsConfig) -> Iterator[None]:
        """Takes MkDocs' steps into its hands, for one build."""
        config.plugins["xinqiao"] = self
        self.judged = _judges_links(config)
        self.shared = "" if self.kept is None or self.judged or _plugged(config) else _shared(config)
        render = Page.render
        if not self.judged and all(OWN_EXTENSION.fullmatch(name) for name in config.markdown_extensions):
            Page.render = _rendered(self)  # type: ignore[method-assign,assignment]
        building._populate_page, building._build_page = self.populate, self.build
        logging.getLogger("mkdocs").addHandler(self.warnings)
        try:
            yield
        finally:
            logging.getLogger("mkdocs").removeHandler(self.warnings)
            building._populate_page, building._build_page = self.populate_plainly, self.build_plainly
            Page.render = render  # type: ignore[method-assign]

    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002 (MkDocs' names)
        """Learns what pages there are."""
        self.files, self.find = files, files.get_file_from_path
        self.in_nav = {page.file.src_uri: page for page in nav.pages}
        self.nav = ""
        return nav

    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> Environment:  # noqa: ARG002
        """Lends MkDocs the templates that are compiled already."""
        env.bytecode_cache = TEMPLATES
        return env

    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG002
        """Finishes a page that was made now."""
        self.made = output
        return self.finish(page.file.dest_uri, output)

    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:  # noqa: ARG002
        """Finishes what is a page and has no source, such as the one for what is not found."""
        return self.finish(template_name, output) if template_name.endswith(".html") else output

    def populate(self, page: Page, config: MkDocsConfig, files: Files, dirty: bool = False) -> None:  # noqa: ARG002
        """Reads at once what other pages may show in their navigation; the rest when it is needed."""
        if not self.shared or page.file.src_uri in self.in_nav:
            self._read(page, config)

    def build(
        self,
        page: Page,
        config: MkDocsConfig,
        doc_files: Sequence[File],
        nav: Navigation,
        env: Environment,
        dirty: bool = False,
        excluded: bool = False,
    ) -> None:
        """Writes a page as it was kept, or makes it and keeps it."""
        name = page.file.src_uri
        if self.only and name not in self.only:
            return
        if self.count == 0 and not self.only:
            self.shares.split(len(doc_files))
        self.count += 1
        if not self.shares.mine(self.count):
            return
        if self.shares.first and self.count % STRIDE == 0:
            self.step(f"{self.count}/{len(doc_files)}")
        key = self._key(page) if self.shared and not excluded else ""
        if key and (found := self._found(key)) is not None:
            utils.write_file(self.finish(page.file.dest_uri, found).encode("utf-8"), page.file.abs_dest_path)
            return
        warned, self.made = self.warnings.count, ""
        self._read(page, config)
        self.build_plainly(page, config, doc_files, nav, env, dirty, excluded)
        # What is warned of is warned of in every build, so made in every build.
        if key and self.made and name not in self.warned and self.warnings.count == warned:
            value = {"html": self.made, "looked": self.looked.get(name, {})}
            self._store.put(key, json.dumps(value, ensure_ascii=False).encode())

    def _read(self, page: Page, config: MkDocsConfig) -> None:
        name = page.file.src_uri
        if name in self.done:
            return
        self.done.add(name)
        looked = self.looked.setdefault(name, {})
        warned = self.warnings.count

        def looking(path: str) -> File | None:
            found = self.find(path)
            looked[path] = found.url if found else None
            return found

        self.files.get_file_from_path = looking  # type: ignore[method-assign]
        try:
            self.populate_plainly(page, config, self.files)
        finally:
            self.files.get_file_from_path = self.find  # type: ignore[method-assign]
        if self.warnings.count > warned:
            self.warned.add(name)

    @property
    def _store(self) -> Kept:
        if self.kept is None:
            raise ValueError("a build without a store keeps nothing")
        return self.kept

    def _key(self, page: Page) -> str:
        if not self.nav:
            told = [(name, one.title, one.url, one.meta) for name, one in self.in_nav.items()]
            self.nav = digest(json.dumps(told, ensure_ascii=False, default=str))
        file = page.file
        return digest(self.shared, self.nav, file.src_uri, file.url, str(file.inclusion), file.content_bytes)

    def _found(self, key: str) -> str | None:
        value = self._store.get(key)
        found = json.loads(value) if value else None
        if found is None or any(self._url(path) != url for path, url in found["looked"].items()):
            return None
        return str(found["html"])

    def _url(self, path: str) -> str | None:
        file = self.find(path)
        return file.url if file else None


class _Warnings(logging.Handler):
    count = 0

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002
        self.count += 1


def _rendered(rendering: Rendering) -> Callable[[Page, MkDocsConfig, Files], None]:
    """MkDocs' own step from Markdown to HTML, with one reader of Markdown for all pages.

    Without the two looks for anchors, of which MkDocs makes nothing where it is not asked to judge links; and without
    reading the blocks of HTML that the portal itself puts in, which Markdown gives back as they are.
    """

    def render(page: Page, config: MkDocsConfig, files: Files) -> None:
        if page.markdown is None:
            raise ValueError("a page is rendered before it was read")
        if rendering.markdown is None:
            rendering.markdown = markdown.Markdown(
                extensions=config["markdown_extensions"], extension_configs=config["mdx_configs"] or {}
            )
        reader = rendering.markdown.reset()
        paging._RelativePathTreeprocessor(page.file, files, config)._register(reader)
        title = paging._ExtractTitleTreeprocessor()
        title._register(reader)
        page.content = converted(reader, page.markdown)
        page.toc = get_toc(getattr(reader, "toc_tokens", []))
        page._title_from_render = title.title

    return render


def _judges_links(config: MkDocsConfig) -> bool:
    """Whether MkDocs is asked to judge links itself, for which it has to read every page."""
    links = config.validation.links
    return max(links.anchors, links.not_found, links.absolute_links, links.unrecognized_links) >= logging.WARNING


def _plugged(config: MkDocsConfig) -> bool:
    """Whether a plugin or a hook has a hand in pages."""
    own = config.plugins["xinqiao"]
    return any(
        getattr(method, "__self__", None) is not own for event in PAGE_EVENTS for method in config.plugins.events[event]
    )


def _shared(config: MkDocsConfig) -> str:
    """The hash of what all pages are made of; empty where a template looks further than the hash does."""
    sources = _theme(Path(config.theme.custom_dir)) if config.theme.custom_dir else {}
    templates = [content.decode("utf-8", "replace") for name, content in sources.items() if name.endswith(".html")]
    if any(LOOKS_FURTHER.search(text) for text in templates):
        return ""
    # Style sheets and scripts are named by address, with hashes that are put in last; but a template may include one.
    apart = () if any(INCLUDES_ASSET.search(text) for text in templates) else (".css", ".js")
    theme = [
        part
        for name, content in sources.items()
        if not (name.startswith("assets/") and name.endswith(tuple(apart)))
        for part in (name, content)
    ]
    places = [Path(place) for place in sys.path if Path(place).is_dir()]
    packages = sorted(found.name for place in places for found in place.glob("*.dist-info"))
    settings = {name: value for name, value in config.items() if name not in PLACES}
    told = json.dumps([settings, dict(config.theme)], default=lambda value: type(value).__name__, sort_keys=True)
    written = Path(config.config_file_path).parent.glob("mkdocs*.yml")
    return digest(sys.version, *packages, told, *(path.read_bytes() for path in sorted(written)), *theme)


def _theme(folder: Path) -> Mapping[str, bytes]:
    """The files of the portal's own theme by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }
