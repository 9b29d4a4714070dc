"""Which commit a portal's folder is at, asked of git."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SECONDS = 20


def commit_of(root: Path) -> str:
    """The commit, with `+` where something is changed; empty where the folder is no checkout or git is not there."""
    git = shutil.which("git")
    if git is None or not (commit := _said(git, root, "rev-parse", "HEAD")):
        return ""
    return commit + ("+" if _said(git, root, "status", "--porcelain", "--", ".") else "")


def _said(git: str, root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [git, "-C", str(root), *arguments], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
