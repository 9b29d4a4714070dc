"""The words of the portal as its writers left them, before anything is composed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LANGS = ("zh", "en")


def evergreen(root: Path, lang: str) -> dict[str, str]:
    """Every evergreen page of a language: its path inside the language's folder, and its text."""
    folder = root / "docs" / lang
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.md"))}


@pytest.fixture(scope="session")
def pages(root: Path) -> dict[str, dict[str, str]]:
    """Evergreen pages: language, then path, to text."""
    return {lang: evergreen(root, lang) for lang in LANGS}


@pytest.fixture(scope="session")
def news(root: Path) -> dict[str, dict[str, str]]:
    """News prose: language, then `events/SLUG` or `recaps/SLUG`, to text."""
    found: dict[str, dict[str, str]] = {lang: {} for lang in LANGS}
    for path in sorted((root / "docs/news").glob("*/*.md")):
        slug, lang, _ = path.name.split(".")
        found[lang][f"{path.parent.name}/{slug}"] = path.read_text("utf-8")
    return found


@pytest.fixture(scope="session")
def prose(pages: dict[str, dict[str, str]], news: dict[str, dict[str, str]], root: Path) -> dict[str, str]:
    """Every text that a reader of the portal meets, by a name that a failing test can show."""
    texts = {f"{lang}/{name}": text for kind in (pages, news) for lang in LANGS for name, text in kind[lang].items()}
    registries = {path.relative_to(root).as_posix(): path for path in sorted((root / "docs/data").rglob("*.yml"))}
    forms = {path.relative_to(root).as_posix(): path for path in sorted((root / "forms").rglob("*.yml"))}
    # A DOI may look like a student's number.
    words = {name: re.sub(r"doi:\S+", "", path.read_text("utf-8")) for name, path in forms.items()}
    return texts | words | {name: path.read_text("utf-8") for name, path in registries.items()}
