"""Lets MkDocs write a page as it wrote it before, where nothing has changed that the page is made of.

Works only where XINQIAO_RENDER_CACHE names a file, and makes a build faster, never different: without it every
page is the same to the last byte. A page is known by the hash of its source, of the settings, the theme, the
installed packages, and of the titles, addresses and front matter of the pages in the navigation; what its links
lead to is looked up anew. Where a template or a plugin looks at more than that, nothing is kept.

XINQIAO_RENDER_ONLY names pages (source paths, one a line): the others are not written. A preview asks for that.
"""

import json
import logging
import os
import re
import sys
from pathlib import Path

from mkdocs.commands import build as building

try:
    from xinqiao.site.cache import Kept, digest
except ImportError:
    Kept = None

PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
SEARCH = ("material/search", "search")
# What a template may know of other pages or of the day; such a theme's pages are always made anew.
LOOKS_FURTHER = re.compile(r"\{[{%][^}]*?(?<![\w.-])(?:pages|files|build_date_utc)\b|\.update_date\b")
INCLUDES_ASSET = re.compile(r"""\{%-?\s*(?:include|import|from|extends)\s+["']assets/""")
# They differ from build to build and are not in any page.
PLACES = {"site_dir", "docs_dir", "config_file_path", "plugins", "hooks", "theme"}
ORIGINAL = building._populate_page, building._build_page
_at_work = []


def on_nav(nav, *, config, files):
    """Takes MkDocs' two steps of making a page into its hands, for this build."""
    building._populate_page, building._build_page = ORIGINAL
    file, only = os.environ.get("XINQIAO_RENDER_CACHE", ""), os.environ.get("XINQIAO_RENDER_ONLY", "").split("\n")
    if not file or Kept is None or _warns_of_links(config) or _plugged(config):
        return
    shared = _shared(config)
    if shared:
        renderer = _Renderer(Kept(Path(file)), shared, nav, files, frozenset(filter(None, only)))
        building._populate_page, building._build_page = renderer.populate, renderer.build
        _at_work.append(renderer)


def on_post_build(*, config):
    """Writes what is new for the builds to come."""
    while _at_work:
        _at_work.pop().kept.close()
    building._populate_page, building._build_page = ORIGINAL


class _Renderer:
    """MkDocs' two steps, reading a page's source and writing the page, with what was kept in between."""

    def __init__(self, kept, shared, nav, files, only):
        self.kept, self.shared, self.files, self.only = kept, shared, files, only
        self.in_nav = {page.file.src_uri: page for page in nav.pages}
        self.looked, self.done, self.warned, self.nav = {}, set(), set(), ""
        self.find = files.get_file_from_path
        self.warnings = _Warnings(logging.WARNING)
        logging.getLogger("mkdocs").addHandler(self.warnings)

    def populate(self, page, config, files, dirty=False):
        """Reads at once what other pages may show in their navigation; the rest when it is needed."""
        if page.file.src_uri in self.in_nav:
            self._read(page, config, dirty)

    def build(self, page, config, doc_files, nav, env, dirty=False, excluded=False):
        """Writes a page as it was kept, or makes it and keeps it."""
        name = page.file.src_uri
        if self.only and name not in self.only:
            return
        self.nav = self.nav or self._nav()
        key = digest(self.shared, self.nav, name, page.file.url, str(page.file.inclusion), page.file.content_bytes)
        entries = _entries(config)
        found = None if dirty or excluded else self._found(key)
        if found is not None:
            building.utils.write_file(found["html"].encode("utf-8"), page.file.abs_dest_path)
            entries += found["entries"]
            return
        warned, before = self.warnings.count, len(entries)
        self._read(page, config, dirty)
        ORIGINAL[1](page, config, doc_files, nav, env, dirty, excluded)
        # What is warned of is warned of in every build, so made in every build.
        told = name in self.warned or self.warnings.count > warned
        if not (told or dirty or excluded) and os.path.isfile(page.file.abs_dest_path):
            html = Path(page.file.abs_dest_path).read_bytes().decode("utf-8")
            value = {"html": html, "entries": entries[before:], "looked": self.looked.get(name, {})}
            self.kept.put(key, json.dumps(value, ensure_ascii=False).encode())

    def _read(self, page, config, dirty):
        name = page.file.src_uri
        if name in self.done:
            return
        self.done.add(name)
        looked = self.looked.setdefault(name, {})
        warned = self.warnings.count

        def looking(path):
            found = self.find(path)
            looked[path] = found and found.url
            return found

        self.files.get_file_from_path = looking
        try:
            ORIGINAL[0](page, config, self.files, dirty)
        finally:
            self.files.get_file_from_path = self.find
        if self.warnings.count > warned:
            self.warned.add(name)

    def _nav(self):
        told = [(name, page.title, page.url, page.meta) for name, page in self.in_nav.items()]
        return digest(json.dumps(told, ensure_ascii=False, default=str))

    def _found(self, key):
        value = self.kept.get(key)
        found = json.loads(value) if value else None
        if found is None or any(self._url(path) != url for path, url in found["looked"].items()):
            return None
        return found

    def _url(self, path):
        file = self.find(path)
        return file and file.url


class _Warnings(logging.Handler):
    count = 0

    def emit(self, record):
        self.count += 1


def _warns_of_links(config):
    """Whether MkDocs is asked to judge links itself, for which it has to read every page."""
    links = config.validation.links
    return max(links.anchors, links.not_found, links.absolute_links, links.unrecognized_links) >= logging.WARNING


def _plugged(config):
    """Whether a plugin other than the search has a hand in pages."""
    own = {id(method) for name in SEARCH if name in config.plugins for method in _methods(config.plugins[name])}
    return any(id(method.__func__) not in own for event in PAGE_EVENTS for method in config.plugins.events[event])


def _methods(plugin):
    return [getattr(type(plugin), f"on_{event}") for event in PAGE_EVENTS if hasattr(type(plugin), f"on_{event}")]


def _entries(config):
    """What the search plugin has gathered so far; an empty list where there is none."""
    for name in SEARCH:
        index = getattr(config.plugins.get(name), "search_index", None)
        for held in ("entries", "_entries"):
            if hasattr(index, held):
                return getattr(index, held)
    return []


def _shared(config):
    """The hash of what all pages are made of; empty where a template looks further than the hash does."""
    folder = Path(config.theme.custom_dir) if config.theme.custom_dir else None
    sources = {} if folder is None else {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"
    }  # fmt: skip
    templates = [content.decode("utf-8", "replace") for name, content in sources.items() if name.endswith(".html")]
    if any(LOOKS_FURTHER.search(text) for text in templates if text):
        return ""
    apart = () if any(INCLUDES_ASSET.search(text) for text in templates) else (".css", ".js")
    theme = [part for name, content in sources.items()
             if not (name.startswith("assets/") and name.endswith(apart or "\0")) for part in (name, content)]  # fmt: skip
    packages = sorted(
        name for place in sys.path if os.path.isdir(place) for name in os.listdir(place) if name.endswith(".dist-info")
    )
    settings = {name: value for name, value in config.items() if name not in PLACES}
    told = json.dumps([settings, dict(config.theme)], default=lambda value: type(value).__name__, sort_keys=True)
    written = Path(config.config_file_path).parent.glob("mkdocs*.yml")
    return digest(sys.version, *packages, told, *(path.read_bytes() for path in sorted(written)), *theme)
