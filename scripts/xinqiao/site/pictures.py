"""Pictures of the news: they lie in `docs/news/pictures`, small enough for a phone, and go out with who shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from xinqiao.core.problem import Place, Problem
from xinqiao.site.newsroom import FOLDER, Article
from xinqiao.site.source import find, shown

PICTURES = f"{FOLDER}/pictures"
KINDS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".svg"})
# Ten seconds at 50 KB a second, which is what a crowded dormitory leaves.
LARGEST = 500_000
SHOWN = re.compile(r"pictures/([^\s)\"'#?]+)")


def picture_problems(project: Path, articles: Iterable[Article]) -> Iterator[Problem]:
    """Every picture that is too large or of a kind that browsers do not show, where it is shown first."""
    sources = [(article.file, (project / article.file).read_text(encoding="utf-8-sig")) for article in articles]
    for path in sorted((project / PICTURES).glob("[!.]*")):
        place = next(
            (
                Place(file=file, line=line, column=column)
                for file, source in sources
                for line, column in find(source, [f"pictures/{path.name}"])
            ),
            Place(file=shown(path, project)),
        )
        size = path.stat().st_size
        if path.suffix.lower() not in KINDS:
            params = {"picture": path.name, "kinds": " ".join(sorted(KINDS))}
            yield Problem(code="picture-kind", place=place, params=params)
        elif size > LARGEST:
            params = {"picture": path.name, "size": f"{size / 1e6:.1f}", "limit": f"{LARGEST / 1e6:.1f}"}
            yield Problem(code="picture-large", place=place, params=params)


def shown_pictures(project: Path, articles: Iterable[Article]) -> Iterator[tuple[str, Path, str]]:
    """What published articles show: the place in the site, the file, and its name in the project; each once."""
    names: set[str] = set()
    for article in articles:
        names.update(SHOWN.findall((project / article.file).read_text(encoding="utf-8-sig")))
    for name in sorted(names):
        path = project / PICTURES / name
        # A name that leads elsewhere is a broken link, and is told as one.
        if path.is_file() and path.parent == project / PICTURES:
            yield f"news/pictures/{name}", path, shown(path, project)
