"""Files that a person asked for: one by name, written whole or not at all; new ones, never over what is there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse


def write_new(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Writes files by their paths below a folder, never over one that is there: all of them or, where one is, none.

    Raises XinqiaoError: file-exists, output-unwritable.
    """
    there = [Problem(code="file-exists", place=Place(file=name)) for name in files if (root / name).exists()]
    if there:
        raise XinqiaoError(there)
    for name, content in files.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> XinqiaoError:
    """What is said (output-unwritable) where the system refuses a file or folder."""
    return refuse("output-unwritable", Place(file=str(path)), reason=error.strerror or type(error).__name__)


def write_output(path: Path, content: str | bytes) -> None:
    """Writes beside the file, for the owner's eyes only, and swaps it in when it is whole.

    Raises XinqiaoError (output-unwritable).
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(21, os.strerror(21))
        # mkstemp makes files of mode 0600.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
