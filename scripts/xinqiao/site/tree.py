"""The composed tree: every file from which a language is built, and what it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.text import Lang

Content = str | bytes | Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file of the composed tree and the file of the project that it comes from, where there is one."""

    content: Content
    origin: str = ""


Tree = Mapping[Lang, Mapping[str, Piece]]

# Files that stand for their folder.
FOLDERS_OWN = ("index.md", "README.md")


def address_of(name: str) -> str:
    """Where a file is found, below its language's folder: `learn.md` and `learn/index.md` are both `learn/`."""
    folder, _, last = name.rpartition("/")
    if last in FOLDERS_OWN:
        return f"{folder}/" if folder else ""
    return f"{name.removesuffix('.md')}/" if name.endswith(".md") else name
