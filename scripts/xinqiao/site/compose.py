"""Lays out `build/docs/<lang>`: plain files, from which MkDocs builds a language without any plugin of ours."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.text import Lang
from xinqiao.site.tree import Piece, Tree, address_of


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
    """Writes a tree to `folder/<lang>/…`; what was there before is replaced as a whole."""
    side = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(side, ignore_errors=True)
    for lang, pieces in tree.items():
        for name, piece in pieces.items():
            path = side / lang.value / name
            path.parent.mkdir(parents=True, exist_ok=True)
            match piece.content:
                case str():
                    path.write_text(piece.content, encoding="utf-8")
                case bytes():
                    path.write_bytes(piece.content)
                case Path():
                    shutil.copyfile(piece.content, path)
    shutil.rmtree(folder, ignore_errors=True)
    side.rename(folder)
