"""Puts a finished site where readers are served from: a folder, another machine, a Git host that builds it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from xinqiao.core.problem import refuse
from xinqiao.flows.saved import git
from xinqiao.publish_settings import Method, Publishing
from xinqiao.site.build import check_output, swap

MINUTES = 10


def deploy(root: Path, site: Path, publishing: Publishing) -> None:
    """Puts it there. Raises XinqiaoError (publish-not-put, output-not-ours); what was there before stays."""
    match publishing.method:
        case Method.FOLDER:
            _into_folder(site, root / publishing.target)
        case Method.RSYNC:
            _by_rsync(site, publishing.target)
        case Method.PUSH:
            _by_push(root, publishing.target)


def _into_folder(site: Path, target: Path) -> None:
    """A copy beside the target takes its place in one step; the old one comes back where that fails."""
    check_output(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
            new = Path(folder) / "new"
            shutil.copytree(site, new)
            swap(new, target)
    except OSError as error:
        raise refuse("publish-not-put", reason=error.strerror or type(error).__name__) from None


def _by_rsync(site: Path, target: str) -> None:
    program = shutil.which("rsync")
    if program is None:
        raise refuse("publish-program-missing", program="rsync")
    # Files arrive under other names and take their places at the end; nobody is asked for a password.
    command = [program, "-a", "--delete-after", "--delay-updates", "-e", "ssh -o BatchMode=yes", f"{site}/", target]
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the target is the college's own setting
            command, capture_output=True, text=True, timeout=MINUTES * 60, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        raise refuse("publish-not-put", reason=f"rsync: {MINUTES} min") from None
    if done.returncode:
        raise refuse("publish-not-put", reason=f"rsync: {_last(done.stderr)}")


def _by_push(root: Path, target: str) -> None:
    remote, _, branch = target.partition(" ")
    code, said = git(root, "-c", "core.sshCommand=ssh -o BatchMode=yes", "push", remote, f"HEAD:{branch or 'main'}")
    if code:
        raise refuse("publish-not-put", reason=f"git: {_last(said)}")


def _last(said: str) -> str:
    """The last line of what a program said."""
    lines = said.strip().splitlines()
    return lines[-1][:200] if lines else "–"
