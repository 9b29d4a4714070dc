"""What every test may ask for: a browser that is there, and the repository's root."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import expect
from xdist.scheduler import LoadFileScheduling

from .locked_key import LockedKey
from .set_up_browser import found

# The machines of a college are slow at times; a slow example is no fault, nor is a page that takes its time.
settings.register_profile("portal", deadline=None)
settings.load_profile("portal")
expect.set_options(timeout=30_000)

# The folders whose tests share what costs much, a running demonstration or a built site: each is one worker's, unless
# the pages are looked at in all modes, which takes both.
SHARED = () if "XINQIAO_ALL_MODES" in os.environ else ("pages", "site")
# What takes long begins first, so that at the end no worker waits for the other.
LONG = ("pages", "site", "attack", "dashboard", "safety", "real", "forms", "flows", "intake")

ROOT = Path(__file__).resolve().parents[1]
REAL_DATA = Path(os.environ.get("XINQIAO_REAL_DATA", ROOT.parent / "shared"))


class ByFolderOrFile(LoadFileScheduling):
    """Gives workers whole files in the order in which they were collected, and whole folders that share much."""

    def _split_scope(self, nodeid: str) -> str:
        return folder if (folder := folder_of(nodeid)) in SHARED else nodeid.partition("::")[0]


def folder_of(nodeid: str) -> str:
    """The folder below `tests` in which a test lies, or its file's name."""
    return nodeid.partition("::")[0].removeprefix("tests/").partition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolderOrFile:
    config.option.loadscopereorder = False
    return ByFolderOrFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folders = {folder: rank for rank, folder in enumerate(LONG)}
    items.sort(key=lambda item: folders.get(folder_of(item.nodeid), len(LONG)))


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
    extra = {"executable_path": path} if (path := found()) else {}
    return {**browser_type_launch_args, **extra, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
