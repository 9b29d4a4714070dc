"""Drafts stay where they are: nothing that readers see leads to one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang
from xinqiao.site.newsroom import Article
from xinqiao.site.source import shown

LINK = re.compile(r"""(?:\]\(\s*<?|\]:\s*<?|href=["']?)(?P<address>[^\s)>"']+)""")


def draft_links(project: Path, articles: Iterable[Article]) -> Iterator[Problem]:
    """Every link of a published page or article that leads to a draft."""
    articles = list(articles)
    drafts = {(article.kind, article.slug): article for article in articles if not article.published}
    published = {(article.kind, article.slug) for article in articles if article.published}
    files = [project / article.file for article in articles if article.published]
    for lang in Lang:
        files += sorted((project / "docs" / lang.value).rglob("*.md"))
    for path in files if drafts else ():
        # Where an address names no kind of news, it is of the file's own.
        own = path.parent.name
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
            for match in LINK.finditer(line):
                meant = _meant(match["address"], own)
                if meant in drafts and meant not in published:
                    place = Place(file=shown(path, project), line=number, column=match.start("address") + 1)
                    params = {"target": match["address"], "draft": drafts[meant].file}
                    yield Problem(code="link-to-draft", place=place, params=params)


def _meant(address: str, own: str) -> tuple[str, str]:
    """The kind and slug that an address ends in."""
    parts = re.split(r"[#?]", address)[0].removesuffix("index.md").strip("/").split("/")
    slug = parts[-1]
    kind = parts[-2] if len(parts) > 1 and parts[-2] not in {"..", "."} else own
    return kind, slug
