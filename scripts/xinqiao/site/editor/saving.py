"""Files of one saving are put in their places all together or not at all, on a full disk too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from xinqiao.core.problem import Place, refuse

Callback = Callable[..., object]


def put_all(root: Path, contents: Mapping[str, bytes | None]) -> None:
    """Writes files below a folder by their paths, and takes away those that are None.

    Everything is on the disk beside its place before the first file is put there; where that fails, or a file cannot
    be put in its place, all is as it was. Raises XinqiaoError (output-unwritable).
    """
    with ExitStack() as left, ExitStack() as undo:
        for name, content in contents.items():
            try:
                if content is not None:
                    _prepare(root / name, content, undo.callback)
            except OSError as error:
                raise _unwritable(name, error) from None
        for name, content in contents.items():
            try:
                _put(root / name, undo.callback, left.callback, gone=content is None)
            except OSError as error:
                raise _unwritable(name, error) from None
        undo.pop_all()
    _settle({(root / name).parent for name in contents})


def _unwritable(name: str, error: OSError) -> Exception:
    reason = error.strerror or type(error).__name__
    return refuse("output-unwritable", Place(file=name), reason=reason)


def _prepare(path: Path, content: bytes, undo: Callback) -> None:
    """The new bytes beside a file's place, on the disk."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir()
        undo(_leave, folder)
    beside = _beside(path, "new")
    undo(_drop, beside)
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put(path: Path, undo: Callback, left: Callback, *, gone: bool) -> None:
    """Puts the new file in its place, or takes the old one away, which lies beside until all are done."""
    before = _beside(path, "old")
    if path.exists():
        left(_drop, before)
        undo(_back, before, path)
        _aside(path, before, gone=gone)
    elif not gone:
        undo(_drop, path)
    if not gone:
        _beside(path, "new").replace(path)


def _aside(path: Path, before: Path, *, gone: bool) -> None:
    """Keeps an old file beside its place; where the file system knows links, its place is never empty meanwhile."""
    before.unlink(missing_ok=True)
    if not gone:
        try:
            before.hardlink_to(path)
        except OSError:
            gone = True
    if gone:
        path.replace(before)


def _back(before: Path, path: Path) -> None:
    with suppress(FileNotFoundError):
        before.replace(path)


def _drop(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _leave(folder: Path) -> None:
    # Another program may have put something there meanwhile.
    with suppress(OSError):
        folder.rmdir()


def _beside(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{kind}")


def _settle(folders: Iterable[Path]) -> None:
    """Sees to it that what was put in folders outlives a cut of power, where the system can."""
    for folder in folders:
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
