"""The committed editor: it is what its source builds, and of third parties only names are left in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ..intake.test_bundle import _installed


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "scripts" / "xinqiao" / "templates" / "editor"


@pytest.fixture(scope="module")
def rebuilt(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node is not here; the committed editor is used as it is")
    output, source = tmp_path_factory.mktemp("made"), root / "scripts" / "editor"
    if not (source / "node_modules").is_dir():
        source = _installed(npm, source, tmp_path_factory.mktemp("editor"))
    subprocess.run([node, "build.js", str(output)], cwd=source, capture_output=True, timeout=120, check=True)
    return output


def test_the_committed_files_are_what_their_source_builds(rebuilt: Path, folder: Path) -> None:
    made = [path.relative_to(rebuilt) for path in rebuilt.rglob("*") if path.is_file()]
    assert [name for name in made if (rebuilt / name).read_bytes() != (folder / name).read_bytes()] == []


def test_no_font_and_no_words_come_from_elsewhere(folder: Path) -> None:
    script = (folder / "sveltia.js").read_text("utf-8")
    assert not re.search(r"url\(https?:", script)
    for name in set(re.findall(r'"assets/([^"]+)"', script)) - {"marker-icon-2x-_ZA0WGCc.png"}:
        assert (folder / "assets" / name).is_file() or name.startswith("heic"), name


def test_the_editor_speaks_chinese_where_its_own_translation_is_silent(root: Path, folder: Path) -> None:
    words = json.loads((root / "scripts" / "editor" / "zh-CN.json").read_text("utf-8"))
    script = (folder / "sveltia.js").read_text("utf-8")
    assert [text for text in words.values() if text not in script] == []


def test_the_lock_names_no_registry(root: Path) -> None:
    assert "resolved" not in (root / "scripts" / "editor" / "package-lock.json").read_text("utf-8")
