"""How much pages and pictures may weigh, and what is said of those that weigh more or lack a description."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from xinqiao.core.problem import Problem
from xinqiao.core.text import Lang
from xinqiao.site.check import check_site
from xinqiao.site.tree import Piece
from xinqiao.site.weight import FIRST_VIEW, PICTURE, measures

PAGE = (
    '<html lang="{lang}"><meta name="description" content="{about}"><title>{name}</title>{head}'
    "<article><h1>x</h1><a href='../en/'>x</a><a href='../zh/more/'>y</a><a href='../en/more/'>z</a>{body}</article>"
    "</html>"
)


def checked(folder: Path, *, head: str = "", body: str = "", about: str = "about {name}") -> list[Problem]:
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    for lang in Lang:
        for name in ("index.html", "404.html", "more/index.html"):
            path = folder / lang.value / name
            path.parent.mkdir(parents=True, exist_ok=True)
            said = "the site" if name == "404.html" else about.format(name=name)
            inside = (
                {"head": head, "body": body} if name == "index.html" and lang is Lang.ZH else {"head": "", "body": ""}
            )
            path.write_text(PAGE.format(lang=lang.value, name=name, about=said, **inside), encoding="utf-8")
        tree[lang] = {name: Piece(content="---\ntitle: x\n---\n") for name in ("index.md", "more.md")}
    return [one for one in check_site(folder, tree, folder) if one.code.split("-")[0] != "link"]


def noise(length: int) -> bytes:
    return random.Random(1).randbytes(length)  # noqa: S311 (what no host can compress)


def test_a_picture_that_is_too_large_is_told(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    image = '<img src="river.bin" alt="A river" width="8" height="8">'
    (tmp_path / "zh/river.bin").write_bytes(bytes(PICTURE))
    assert checked(tmp_path, body=image) == []
    (tmp_path / "zh/river.bin").write_bytes(bytes(12_000_000))
    (problem,) = checked(tmp_path, body=image)
    assert problem.code == "image-large"
    assert "11719 KB" in problem.message(Lang.EN)
    assert "river.bin" in problem.message(Lang.ZH)


def test_a_page_that_is_too_heavy_is_told_with_what_weighs_most(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    style = tmp_path / "zh/look.css"
    head = '<link rel="stylesheet" href="look.css">'
    style.write_text(f"/*{noise(FIRST_VIEW // 2 - 1_000).hex()}*/", encoding="ascii")
    assert checked(tmp_path, head=head) == []
    style.write_text(f"/*{noise(FIRST_VIEW).hex()}*/", encoding="ascii")
    (problem,) = checked(tmp_path, head=head)
    assert problem.code == "page-heavy"
    assert problem.place.file == "zh/index.html"
    assert "zh/look.css" in problem.message(Lang.EN)


def test_a_page_without_a_description_of_its_own_is_told(tmp_path: Path) -> None:
    assert checked(tmp_path) == []
    for about in ("", "the site"):
        assert {problem.code for problem in checked(tmp_path, about=about)} == {"page-description-missing"}


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58", (800, 600)),
        (b"GIF89a\x20\x03\x58\x02", (800, 600)),
        (b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08\x02\x58\x03\x20\x03", (800, 600)),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0", (800, 600)),
        (b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x20\x03\x58\x02", (800, 600)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + (799 | 599 << 14).to_bytes(4, "little"), (800, 600)),
        (b"<svg/>", None),
        (b"\xff\xd8\xff\xe0\0\x04ab\xff", None),
        (b"", None),
    ],
    ids=["png", "gif", "jpeg", "webp-extended", "webp", "webp-lossless", "svg", "cut", "empty"],
)
def test_the_measures_of_a_picture_are_read_from_its_first_bytes(content: bytes, size: tuple[int, int] | None) -> None:
    assert measures(content) == size
