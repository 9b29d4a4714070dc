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
