"""A small project with the portal's own content, and the editor's view of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xinqiao.site.editor.collections import Offered, collections, writable
from xinqiao.site.editor.contents import Contents

PARTS = ("docs/data/events", "docs/data/help-lines.yml", "docs/data/tags.yml", "docs/news", "docs/zh", "docs/en")


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    for part in PARTS:
        source, target = root / part, tmp_path / "portal" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    (tmp_path / "portal" / "portal.toml").write_text("demonstration = true\n", encoding="utf-8")
    return tmp_path / "portal"


@pytest.fixture
def contents(project: Path) -> Contents:
    return Contents(root=project, allowed=writable(collections(Offered())))
