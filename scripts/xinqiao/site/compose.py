"""Lays out `build/docs/<lang>`: plain files, from which MkDocs builds a language without any plugin of ours."""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.tree import Content, Piece, Tree, address_of


def filled(tree: Tree, fills: Mapping[Lang, Mapping[str, str]]) -> Tree:
    """Evergreen pages with what other rooms have made in the place of its marks; nothing where there is nothing."""
    found: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    for lang, pieces in tree.items():
        for name, piece in pieces.items():
            content = piece.content
            for mark, made in fills.get(lang, {}).items():
                content = content.replace(mark, made) if isinstance(content, str) else content
            found[lang][name] = replace(piece, content=content)
    return found


def given(pages: Mapping[Lang, Mapping[str, str]], files: Mapping[str, bytes | Path]) -> Tree:
    """The pages and files that other rooms have made; a file stands in both languages."""
    tree: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    for lang in Lang:
        tree[lang] = {name: Piece(content=text) for name, text in pages.get(lang, {}).items()}
        tree[lang].update({name: Piece(content=content) for name, content in files.items()})
    return tree


def merged(trees: Sequence[Tree]) -> Tree:
    """All trees as one. Raises XinqiaoError (page-twice) where two files make the same page."""
    whole: dict[Lang, dict[str, Piece]] = {lang: {} for lang in Lang}
    made: dict[tuple[Lang, str], Piece] = {}
    problems = []
    for tree in trees:
        for lang, pieces in tree.items():
            for name, piece in pieces.items():
                whole[lang].setdefault(name, piece)
                other = made.setdefault((lang, address_of(name)), piece)
                if other is not piece:
                    params = {"page": f"{lang.value}/{name}"}
                    place = Place(file=piece.origin or other.origin)
                    problems.append(Problem(code="page-twice", place=place, params=params))
    if problems:
        raise XinqiaoError(problems)
    return whole


def lay_out(tree: Tree, folder: Path) -> None:
    """Lays a tree out as `folder/<lang>/…`: what is there as it should be stays, what is of no piece goes.

    What a build that was broken off has left there is put right by the next.
    """
    wanted = {f"{lang.value}/{name}": piece.content for lang, pieces in tree.items() for name, piece in pieces.items()}
    there = _without_others(folder, wanted)
    for name, content in wanted.items():
        path, made = folder / name, _bytes(content)
        if name not in there or there[name] != len(made) or path.read_bytes() != made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made)


def _bytes(content: Content) -> bytes:
    match content:
        case str():
            return content.encode()
        case bytes():
            return content
        case Path():
            return content.read_bytes()


def _without_others(folder: Path, wanted: Container[str]) -> dict[str, int]:
    """Takes out of a folder what is not wanted, and links, which could lead out of it; gives how long each file is."""
    there: dict[str, int] = {}
    for place, folders, files in os.walk(folder, topdown=False):
        below = Path(place).relative_to(folder).as_posix()
        for name in files + folders:
            path, known = f"{place}/{name}", name if below == "." else f"{below}/{name}"
            status = os.lstat(path)
            if stat.S_ISDIR(status.st_mode):
                with suppress(OSError):  # it still holds something
                    os.rmdir(path)  # noqa: PTH106 - of thousands of paths no objects
            elif stat.S_ISREG(status.st_mode) and known in wanted:
                there[known] = status.st_size
            else:
                os.unlink(path)  # noqa: PTH108 - likewise
    return there
