"""Makes one language of the site: MkDocs' run over its composed pages, each finished and read as it is written.

A program of its own, so that both languages are made side by side, and so that what a generator leaves behind in a
process never meets the rest of the portal. Arguments: the configuration of MkDocs, the folder of the language in the
new site, the folder of what earlier builds have made, the path of the site's address, the file that is told what was
made, and, where not all are wanted, the pages by their sources.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

from xinqiao.site.cache import Kept
from xinqiao.site.facts import Reading
from xinqiao.site.integrity import Guard
from xinqiao.site.made import Made, read_made
from xinqiao.site.manifest import Part, part_of
from xinqiao.site.render_cache import Rendering
from xinqiao.site.search import OWN, Indexing
from xinqiao.site.shares import Shares, processes
from xinqiao.site.theme import lighten, lighter_page
from xinqiao.site.workshop import say_step

LEVEL = logging.INFO


class Finishing:
    """What is done to every page of a language last: made lighter, guarded, read for the checks and the search."""

    def __init__(self, folder: Path, root_path: str, reading: Reading, indexing: Indexing) -> None:
        self.folder, self.reading, self.indexing = folder, reading, indexing
        self.guard = Guard(folder.parent, root_path)
        self.light = False
        self.parts: dict[str, Part] = {}

    def __call__(self, name: str, source: str) -> str:
        """A page as it is written, from its place below the language's folder and its HTML."""
        if not self.light:
            # MkDocs puts the theme's files in their places before it makes the first page.
            lighten(self.folder)
            self.light = True
        name = f"{self.folder.name}/{name}"
        page = self.guard.guarded(name, lighter_page(source))
        self.parts[name] = part = part_of(page.encode())
        self.reading.read(page, part)
        if name.endswith(OWN):
            self.indexing.take(page, part)
        return page

    def rest(self, parts: Mapping[str, Part]) -> None:
        """Guards the pages that no generator makes: all but these."""
        done = {self.folder.parent / name for name in parts}
        self.guard.guard(path for path in self.folder.rglob("*.html") if path not in done)

    @property
    def made(self) -> Made:
        """What was made until now."""
        return Made(parts=self.parts, unguarded=tuple(self.guard.unguarded))


def make(config: str, folder: Path, cache: Path, root_path: str, told: Path, only: Sequence[str] = ()) -> bool:
    """Makes a language into `folder`, and says in the file `told` what was made; whether all its processes did well.

    Raises MkDocs' exceptions.
    """
    read = load_config(config_file=config, site_dir=str(folder), strict=True)
    shares = Shares(most=processes())
    with (
        Kept(cache / f"render-{folder.name}.sqlite") as kept,
        Reading(cache, folder.name) as reading,
        Indexing(cache, folder.name) as indexing,
    ):
        finishing = Finishing(folder, root_path, reading, indexing)
        rendering = Rendering(kept, frozenset(only), finishing, step=say_step, shares=shares)
        try:
            with rendering.at_work(read):
                build(read)
            own = [told.with_name(f"{told.name}.{share}") for share in range(shares.count)]
            finishing.made.write(own[shares.own])
        finally:
            # Before the stores are closed, so that none waits for one in which another writes.
            well = shares.wait()
    shares.leave()
    if well:
        finishing.rest(read_made(own).parts)
        finishing.made.write(own[0])
        read_made(own).write(told)
    return well


def main(arguments: Sequence[str]) -> None:
    """Makes a language; what fails is said on stderr, and ends the program with 1."""
    config, folder, cache, root_path, told, *only = arguments
    speaker = logging.StreamHandler()
    speaker.setFormatter(logging.Formatter("%(levelname)s -  %(message)s"))
    log = logging.getLogger("mkdocs")
    log.setLevel(LEVEL)
    log.propagate = False
    log.addHandler(speaker)
    try:
        well = make(config, Path(folder), Path(cache), root_path, Path(told), only)
    except MkDocsException as error:
        error.show()
        well = False
    if not well:
        sys.exit(1)
