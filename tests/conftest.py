"""What every test may ask for: a browser that is there, and the repository's root."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from .locked_key import LockedKey

# The machines of a college are slow at times; a slow example is no fault.
settings.register_profile("portal", deadline=None)
settings.load_profile("portal")

ROOT = Path(__file__).resolve().parents[1]
REAL_DATA = Path(os.environ.get("XINQIAO_REAL_DATA", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def locked_key() -> LockedKey:
    """A key under a passphrase that opens at once."""
    return LockedKey()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real data of others, kept beside the repository; a test that needs them skips without."""
    if not (REAL_DATA / "data").is_dir():
        pytest.skip("the folder with real data of others is not beside this repository")
    return REAL_DATA / "data"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium of the system where there is one, else Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("XINQIAO_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    extra = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **extra, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
