"""Makes one page of a site anew, for a preview: the page that was just saved, long before the whole site is."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang
from xinqiao.site.build import DOCS, PortalNames, language
from xinqiao.site.corrections import read_corrections, with_lines
from xinqiao.site.evergreen import one_page
from xinqiao.site.help_lines import read_help_lines
from xinqiao.site.program import run_all
from xinqiao.site.tree import address_of

# At most so many files saved at once are pages that somebody edits; more are a change of branch.
FEW = 4
PAGE = re.compile(r"docs/(?P<lang>zh|en)/(?P<name>.+\.md)")
Snapshot = Mapping[str, tuple[int, int]]
SETTINGS = ("portal.toml", "mkdocs.yml", "mkdocs.en.yml")
FOLDERS = ("docs", "forms", "overrides")


def snapshot(project: Path) -> Snapshot:
    """When each file that a site is made of was written last (ns) and how long it is, by its path in the project."""
    found: dict[str, tuple[int, int]] = {}
    folders = [(str(project), [name for name in SETTINGS if (project / name).is_file()])]
    for folder in FOLDERS:
        folders += [(top, names) for top, _, names in os.walk(project / folder)]
    for top, names in folders:
        for name in names:
            path = os.path.join(top, name)  # noqa: PTH118 - asked for each file, several times a second
            # Editors write beside a file, under a name with a dot, and take that away again.
            with suppress(FileNotFoundError):
                if not name.startswith(".") and not name.endswith((".pyc", "~")):
                    stat = os.stat(path)  # noqa: PTH116 - likewise
                    found[os.path.relpath(path, project).replace(os.sep, "/")] = (stat.st_mtime_ns, stat.st_size)
    return found


def changed(before: Snapshot, now: Snapshot) -> frozenset[str]:
    """The files that are new, gone or written anew."""
    return frozenset(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def pages_alone(names: Iterable[str], project: Path) -> tuple[tuple[Lang, str], ...]:
    """The pages, by language and name, where nothing but a few pages that stay was changed; else none."""
    matches = [(name, PAGE.fullmatch(name)) for name in sorted(names)]
    if len(matches) > FEW or not all(match and (project / name).is_file() for name, match in matches):
        return ()
    return tuple((Lang(match["lang"]), match["name"]) for _, match in matches if match)


def refresh(
    project: Path, lang: Lang, name: str, *, site: Path, names: PortalNames, today: date
) -> tuple[Problem, ...] | None:
    """Makes one page of a site that is served from `site` anew, and gives its warnings.

    What of other pages hangs on it, and what only the whole site shows, waits for the next build. None where the
    page holds what other rooms make, so that it cannot be made alone. Raises XinqiaoError with the page's faults.
    """
    lines = read_help_lines(project)
    content, problems = one_page(project, lang, name, lines, today)
    target = project / DOCS / lang.value / name
    if not content or not target.is_file():
        return None
    corrections = [one for one in read_corrections(project, today) if names.demonstration or not one.fictional]
    target.write_text(with_lines(content, name, corrections, lang), encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="xinqiao-page-") as folder:
        run_all([language(project, lang, Path(folder) / "new" / lang.value, names, lines, today, only=[name])])
        page = f"{lang.value}/{address_of(name)}index.html"
        _put(Path(folder) / "new" / page, site / page)
    return problems


def _put(made: Path, served: Path) -> None:
    """In one step, so that no reader meets half a page."""
    served.parent.mkdir(parents=True, exist_ok=True)
    beside = served.with_name(f".{served.name}.new")
    shutil.copyfile(made, beside)
    beside.replace(served)
