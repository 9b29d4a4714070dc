"""A file that a person asked for by name, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from xinqiao.core.problem import Place, refuse


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
        return
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise refuse("output-unwritable", Place(file=str(path)), reason=reason)
