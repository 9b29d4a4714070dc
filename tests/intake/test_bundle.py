"""The committed script: it is what its source builds, small, licensed, and opens no connection."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

SIZE_LIMIT = 35 * 1024


@pytest.fixture(scope="module")
def assets(root: Path) -> Path:
    return root / "overrides" / "assets"


@pytest.fixture(scope="module")
def rebuilt(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, built again in a folder of its own."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node is not here; the committed bundle is used as it is")
    output, source = tmp_path_factory.mktemp("made"), root / "scripts" / "sealing"
    if not (source / "node_modules").is_dir():
        source = _installed(npm, source, tmp_path_factory.mktemp("sealing"))
    subprocess.run([node, "build.js", str(output)], cwd=source, capture_output=True, timeout=60, check=True)
    return output


def _installed(npm: str, source: Path, folder: Path) -> Path:
    for path in source.iterdir():
        shutil.copy(path, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        installed = subprocess.run(command, cwd=folder, capture_output=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm ci did not end in time")
    if installed.returncode:
        pytest.skip("npm ci cannot reach its packages here")
    return folder


@pytest.mark.parametrize("name", ["seal.js", "seal.LICENSE.txt"])
def test_the_committed_file_is_what_its_source_builds(name: str, rebuilt: Path, assets: Path) -> None:
    assert (rebuilt / name).read_bytes() == (assets / name).read_bytes()


def test_it_is_small(assets: Path) -> None:
    assert len(gzip.compress((assets / "seal.js").read_bytes(), mtime=0)) <= SIZE_LIMIT


@pytest.mark.parametrize(
    "word",
    ["fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "EventSource", "import(", "importScripts", "http:",
     "https:", "localStorage", "sessionStorage", "indexedDB", "cookie", "eval(", "Function(", "console."],
)  # fmt: skip
def test_it_opens_no_connection_and_stores_nothing(word: str, assets: Path) -> None:
    assert word not in (assets / "seal.js").read_text(encoding="ascii")


def test_every_package_in_it_has_its_licence_beside_it(assets: Path, root: Path) -> None:
    written = (assets / "seal.LICENSE.txt").read_text(encoding="utf-8")
    locked = json.loads((root / "scripts" / "sealing" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name in ("age-encryption", "@noble/ciphers", "@noble/curves", "@noble/hashes", "@scure/base"):
        assert f"\n{name} {locked[f'node_modules/{name}']['version']} (" in written
    assert written.count("Copyright") >= 5
    assert "seal.LICENSE.txt" in (assets / "seal.js").read_text(encoding="ascii")[:120]


def test_the_lock_file_names_no_registry_and_each_package_has_its_hash(root: Path) -> None:
    written = (root / "scripts" / "sealing" / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: entry for name, entry in json.loads(written)["packages"].items() if name}
    assert '"resolved"' not in written
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
