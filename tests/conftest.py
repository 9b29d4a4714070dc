"""What every test may ask for: a browser that is there, and the repository's root."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL_DATA = Path(os.environ.get("XINQIAO_REAL_DATA", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real data of others, kept beside the repository; a test that needs them skips without."""
    if not (REAL_DATA / "data").is_dir():
        pytest.skip("the folder with real data of others is not beside this repository")
    return REAL_DATA / "data"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium of the system where there is one, else Playwright's own."""
    found = os.environ.get("XINQIAO_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    extra = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **extra, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
