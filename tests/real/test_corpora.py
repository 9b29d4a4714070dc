"""Markdown pages of others as articles of the portal: every fault with its line, and none that is not one."""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from tests.site.conftest import article, build_tiny, tiny_files

from xinqiao.core.problem import Level, Problem, XinqiaoError
from xinqiao.core.text import Lang

# A few pages in the usual run, all of them in the long one.
WHOLE = bool(os.environ.get("XINQIAO_SOAK"))
FEW = 8
CORPORA = {
    "wiki": ("zh-mkdocs-mental-health-wiki/original/mps-wiki-docs.tar.xz", "docs/entries/" if not WHOLE else "docs/"),
    "fastapi": ("md-corpus-fastapi-docs/original/fastapi-docs-md.tar.xz", "docs/zh/docs/"),
}
THEME = ("mkdocs.yml", "mkdocs.en.yml", "docs/news/pelicanconf.py", "overrides")
FRONT = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
TITLE = re.compile(r"^# +(?P<words>.+?)(?: *\{.*\})?$", re.MULTILINE)
# What is really wrong with a page of the portal: pages and pictures that are not there, others' servers, headings.
FAULTS = {
    "link-broken", "anchor-broken", "third-party-request", "image-words-file-name", "image-words-missing",
    "page-heading-twice", "heading-skipped", "link-words-missing", "link-words-address", "id-twice",
    "page-title-twice", "form-goes-elsewhere",
}  # fmt: skip


def pages(archive: Path, below: str) -> Mapping[str, str]:
    """The Markdown files of an archive, by their names below a folder of it."""
    with tarfile.open(archive) as files:
        found = {
            member.name.partition(below)[2]: files.extractfile(member)
            for member in files
            if member.isfile() and below in member.name and member.name.endswith(".md")
        }
        # Below "learn" the front page of a corpus would be the page that leads to all others.
        found.pop("index.md", None)
        found.pop("README.md", None)
        return {name: file.read().decode("utf-8") for name, file in sorted(found.items()) if file}


def as_article(name: str, text: str) -> str:
    """A page with the front matter of an article, its own title, help before its first part, and its sources."""
    text = FRONT.sub("", text)
    title = TITLE.search(text)
    words = f"{title['words'] if title else PurePosixPath(name).stem} ({name})"
    head = article("TITLE").split("\n---\n")[0].replace("TITLE one", "one").replace("TITLE two", "two")
    text = TITLE.sub("", text, count=1) if title else text
    front = head.replace("TITLE", json.dumps(words, ensure_ascii=False)) + "\n---\n"
    return f"{front}\n# {words}\n\n<!-- help-bar -->\n\n{text}\n\n<!-- sources -->\n"


@pytest.mark.parametrize("corpus", CORPORA if WHOLE else ["wiki"])
def test_pages_of_others_build_as_articles_but_for_their_real_faults(
    corpus: str, root: Path, real_data: Path, tmp_path: Path
) -> None:
    archive, below = CORPORA[corpus]
    found = pages(real_data / archive, below)
    taken = dict(list(found.items())[: None if WHOLE else FEW])
    portal = tmp_path / "portal"
    files = dict(tiny_files())
    for lang in Lang:
        files |= {f"docs/{lang.value}/learn/{name}": as_article(name, text) for name, text in taken.items()}
        links = "\n".join(f"- [{name}](<learn/{name}>)" for name in taken)
        files[f"docs/{lang.value}/learn.md"] += f"\n\n{links}\n"
    for name, text in files.items():
        (portal / name).parent.mkdir(parents=True, exist_ok=True)
        (portal / name).write_text(text, encoding="utf-8")
    for name in THEME:
        copy: Any = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, portal / name)
    problems = errors(portal, tmp_path / "site")
    assert {problem.code for problem in problems} <= FAULTS
    of_corpus = {f"docs/{lang.value}/learn/{name}" for lang in Lang for name in taken}
    assert {problem.place.file for problem in problems} <= of_corpus
    assert [str(problem) for problem in problems if not problem.place.line] == []


def errors(portal: Path, output: Path) -> Sequence[Problem]:
    try:
        problems: Sequence[Problem] = build_tiny(portal, output)
    except XinqiaoError as error:
        problems = error.problems
    return [problem for problem in problems if problem.level is Level.ERROR]
