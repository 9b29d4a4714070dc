"""The guides for staff: pictures that exist and are told in words, commands that exist, problems that exist."""

from __future__ import annotations

import re
import shlex
import struct
from pathlib import Path

import click
import pytest

from xinqiao.core.problem import catalogue
from xinqiao.reference import contexts

LANGS = ("zh", "en")
PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<file>[^)]+)\)")
BLOCK = re.compile(r"^ *```\w*\n(?P<inside>.*?)^ *```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`(?P<inside>[^`\n]+)`")
CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
CONTEXTS = {context.command_path: context for context in contexts()}
MOST_PICTURES, MOST_BYTES = 20, 80_000


@pytest.fixture(scope="module")
def guides(root: Path) -> dict[str, str]:
    return {lang: (root / f"docs/dev/guide-staff.{lang}.md").read_text(encoding="utf-8") for lang in LANGS}


def typed(guide: str) -> list[str]:
    """Every command that a guide tells people to type."""
    blocks = [line.strip() for block in BLOCK.finditer(guide) for line in block["inside"].splitlines()]
    spans = [span["inside"] for span in SPAN.finditer(BLOCK.sub("", guide))]
    return [words for words in (*blocks, *spans) if words.startswith("xinqiao ") and "…" not in words]


def context_of(words: list[str]) -> tuple[str, click.Context]:
    """The longest command that words begin with, in its place among the others."""
    names = [" ".join(words[:length]) for length in range(len(words), 0, -1)]
    return next((name, CONTEXTS[name]) for name in names if name in CONTEXTS)


@pytest.mark.parametrize("lang", LANGS)
def test_every_picture_is_there_is_small_and_is_told_in_words(guides: dict[str, str], root: Path, lang: str) -> None:
    found = list(PICTURE.finditer(guides[lang]))
    assert found
    for picture in found:
        path = root / "docs/dev" / picture["file"]
        assert path.name.endswith(f".{lang}.png"), "pictures are in the language of the guide"
        assert path.stat().st_size <= MOST_BYTES, path.name
        head = path.read_bytes()[:26]
        assert head[:8] == b"\x89PNG\r\n\x1a\n", path.name
        assert struct.unpack(">I", head[16:20])[0] == 900, f"{path.name} is not as wide as the others"
        assert len(picture["words"]) >= 10, path.name


def test_no_picture_lies_there_unused(guides: dict[str, str], root: Path) -> None:
    named = {Path(picture["file"]).name for guide in guides.values() for picture in PICTURE.finditer(guide)}
    there = {path.name for path in (root / "docs/dev/guide").iterdir()}
    assert there == named
    assert len(there) <= MOST_PICTURES


def test_both_languages_have_the_same_parts_pictures_commands_and_rows(guides: dict[str, str]) -> None:
    zh, en = guides["zh"].replace("名称", "NAME"), guides["en"]
    for pattern in (r"^(#+) ", r"^(\||-|\d\.) ?", r"`((?:docs|site|portal)[/\w.-]*)`"):
        assert re.findall(pattern, zh, re.MULTILINE) == re.findall(pattern, en, re.MULTILINE), pattern
    pictures = [[Path(one["file"]).name.split(".")[0] for one in PICTURE.finditer(guide)] for guide in (zh, en)]
    assert pictures[0] == pictures[1]
    assert sorted(typed(zh)) == sorted(typed(en))


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_exists_with_its_options(guides: dict[str, str], lang: str) -> None:
    commands = typed(guides[lang])
    assert len(commands) >= 8
    for words in map(shlex.split, commands):
        name, context = context_of(words)
        assert name != "xinqiao", words
        context.command.make_context(name, words[len(name.split()) :], parent=context.parent)


@pytest.mark.parametrize("lang", LANGS)
def test_every_problem_that_is_explained_exists(guides: dict[str, str], lang: str) -> None:
    rows = [line.split("|")[1] for line in guides[lang].splitlines() if line.startswith("| `")]
    codes = [span["inside"] for row in rows for span in SPAN.finditer(row) if CODE.fullmatch(span["inside"])]
    assert len(codes) >= 10
    assert [code for code in codes if code not in catalogue()] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_file_that_is_named_exists(guides: dict[str, str], root: Path, lang: str) -> None:
    links = re.findall(r"(?<!!)\[[^\]]+\]\((?!https?:)([^)#]+)\)", guides[lang])
    assert links
    assert [link for link in links if not (root / "docs/dev" / link).is_file()] == []
    named = re.findall(r"`(docs/[\w./-]+)`", guides[lang])
    own = ("spring-walk", "pictures", "NAME", "名称")
    assert [name for name in named if not (root / name).exists() and not any(word in name for word in own)] == []
