"""Which commit a portal's folder is at, asked of git."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from xinqiao.site.parity import Change

SECONDS = 20
# Characters that stand in no message of a commit and in no name of a file.
BEGIN, PART = "\x01", "\x02"


def commit_of(root: Path) -> str:
    """The commit, with `+` where something is changed; empty where the folder is no checkout or git is not there."""
    git = shutil.which("git")
    if git is None or not (commit := _said([git], root, "rev-parse", "HEAD")):
        return ""
    return commit + ("+" if _said([git], root, "status", "--porcelain", "--", ".") else "")


def changes(root: Path, folder: str) -> tuple[Change, ...]:
    """What changed below a folder, oldest first, what is not kept yet last; empty without git or history."""
    git = shutil.which("git")
    if git is None:
        return ()
    plain = (git, "-c", "core.quotePath=off")
    log = _said(
        plain, root, "log", "--relative", "--name-only", f"--format={BEGIN}%h{PART}%cs{PART}%B{PART}", "--", folder
    )
    found = [_change(block) for block in log.split(BEGIN) if block.strip()]
    open_ = {
        *_said(plain, root, "diff", "--relative", "--name-only", "HEAD", "--", folder).splitlines(),
        *_said(plain, root, "ls-files", "--others", "--exclude-standard", "--", folder).splitlines(),
    }
    if found and open_:
        found.insert(0, Change(name="", day=date.today().isoformat(), message="", files=frozenset(open_)))
    return tuple(reversed(found))


def _change(block: str) -> Change:
    name, day, message, files = block.split(PART, 3)
    return Change(name=name, day=day, message=message, files=frozenset(filter(None, files.splitlines())))


def _said(git: Sequence[str], root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [*git, "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
