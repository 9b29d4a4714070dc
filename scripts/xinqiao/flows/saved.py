"""Commits what the editor has written, and only that, where the project is a Git checkout."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from xinqiao.core.problem import refuse
from xinqiao.site.editor.contents import Contents
from xinqiao.site.editor.host import Author

SECONDS = 60
# Of who has told Git no name.
NOBODY = Author(name="心桥编辑", mail="editor@localhost")


def author_of(root: Path) -> Author:
    """Who writes, as Git's settings name them; the portal's editor where they name nobody."""
    name, mail = (git(root, "config", key)[1].strip() for key in ("user.name", "user.email"))
    return Author(name=name, mail=mail) if name and mail else NOBODY


def unsaved(root: Path, contents: Contents) -> tuple[str, ...]:
    """The editor's files that differ from the last commit, gone ones too; none without Git."""
    code, said = git(root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "docs")
    if code:
        return ()
    # Git names files from the checkout's root, which may lie above the portal's.
    above = git(root, "rev-parse", "--show-prefix")[1].strip()
    paths = (line[3:].removeprefix(above) for line in said.split("\0") if line)
    return tuple(sorted(path for path in paths if contents.allowed.fullmatch(path)))


def save(root: Path, paths: Sequence[str], message: str, author: Author) -> None:
    """Commits these files and nothing else, whatever else is staged; without Git they are saved as they are.

    Raises XinqiaoError (editor-not-committed): the files stay as they were written.
    """
    if not paths or git(root, "rev-parse", "--git-dir")[0]:
        return
    named = ("-c", f"user.name={author.name}", "-c", f"user.email={author.mail}")
    add = git(root, "add", "--all", "--", *paths)
    done = add if add[0] else git(root, *named, "commit", "--quiet", "--only", "-m", message or "editor", "--", *paths)
    if done[0] and git(root, "status", "--porcelain", "--", *paths)[1]:
        raise refuse(
            "editor-not-committed", reason=done[1].strip().splitlines()[-1][:200] if done[1].strip() else "git"
        )


def git(root: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and what Git said; a code of its own where Git is not there or takes too long."""
    program = shutil.which("git")
    if program is None:
        return 127, ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [program, "-C", str(root), *arguments],
            capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return 126, ""
    return done.returncode, done.stdout or done.stderr
