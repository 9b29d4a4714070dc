"""The files behind the editor: what may be read and written, and how two who write the same file are kept apart.

A file is known by its Git blob id (SHA-1 of `blob LENGTH\\0` and its bytes), whether Git is there or not.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.site.editor.saving import put_all
from xinqiao.site.pictures import LARGEST, PICTURES

KEPT = "build/admin/kept"
# A registry's first lines say what it is; the editor, which does not know them, would leave them out.
HEAD = re.compile(r"(?:#[^\n]*\n|[ \t]*\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file to be written or, where `content` is None, taken away; `before`: the id it had, empty for a new one.

    old: where it lay before, if it is moved.
    """

    path: str
    content: bytes | None
    before: str = ""
    old: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A file as it is now."""

    path: str
    id: str
    size: int


@dataclass(slots=True, kw_only=True)
class Contents:
    """The content of one project. `allowed`: the paths that may be read and written."""

    root: Path
    allowed: re.Pattern[str]
    lock: threading.RLock = field(default_factory=threading.RLock)
    known: dict[str, tuple[tuple[int, int], Blob]] = field(default_factory=dict)

    def blobs(self) -> tuple[Blob, ...]:
        """Every file that the editor may write, by path."""
        found = []
        for top, folders, names in os.walk(self.root / "docs"):
            folders[:] = sorted(name for name in folders if name != "dev")
            paths = (Path(top) / name for name in names)
            found += [path.relative_to(self.root).as_posix() for path in paths]
        return tuple(self._blob(path) for path in sorted(found) if self._inside(path))

    def state(self) -> str:
        """An id of all of it: another one as soon as a file is another one."""
        whole = "".join(f"{blob.path} {blob.id}\n" for blob in self.blobs())
        return hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest()

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None where it is not there or is none of the editor's."""
        return (self.root / path).read_bytes() if self._inside(path) and (self.root / path).is_file() else None

    def write(self, changes: Sequence[Change], now: datetime) -> Mapping[str, str]:
        """All changes or none: path → new id. What is refused because a file has changed meanwhile is kept apart.

        Raises XinqiaoError: editor-path, editor-picture-large, editor-changed-meanwhile, output-unwritable.
        """
        with self.lock:
            if wrong := tuple(self._forbidden(changes)):
                raise XinqiaoError(wrong)
            late = [change.path for change in changes if not self._current(change)]
            if late:
                folder = self._keep(changes, now)
                raise XinqiaoError(
                    Problem(code="editor-changed-meanwhile", place=Place(file=path), params={"kept": folder})
                    for path in late
                )
            return self._put(changes)

    def _forbidden(self, changes: Sequence[Change]) -> Iterator[Problem]:
        for change in changes:
            if any(not self._inside(path) for path in (change.path, change.old) if path):
                yield Problem(code="editor-path", place=Place(file=change.path))
            elif change.path.startswith(PICTURES) and len(change.content or b"") > LARGEST:
                size = f"{len(change.content or b'') / 1e6:.1f}"
                params: Mapping[str, str | int] = {"size": size, "limit": f"{LARGEST / 1e6:.1f}"}
                yield Problem(code="editor-picture-large", place=Place(file=change.path), params=params)

    def _inside(self, path: str) -> bool:
        """Whether a path is content's, and leads nowhere else by a link."""
        whole = self.root / path
        return self.allowed.fullmatch(path) is not None and whole.resolve() == self.root.resolve() / path

    def _blob(self, path: str) -> Blob:
        stat = (self.root / path).stat()
        mark = (stat.st_mtime_ns, stat.st_size)
        if path not in self.known or self.known[path][0] != mark:
            content = (self.root / path).read_bytes()
            self.known[path] = (mark, Blob(path=path, id=blob_id(content), size=len(content)))
        return self.known[path][1]

    def _current(self, change: Change) -> bool:
        """Whether what a change sets out from is what is there."""
        source = self.read(change.old or change.path)
        free = not change.old or self.read(change.path) is None
        return free and (blob_id(source) if source is not None else "") == change.before

    def _keep(self, changes: Sequence[Change], now: datetime) -> str:
        """Writes what was refused where nothing is lost; gives the folder's name in the project."""
        name = f"{KEPT}/{now:%Y%m%d-%H%M%S-%f}"
        put_all(self.root / name, {one.path: one.content for one in changes if one.content is not None})
        return name

    def _put(self, changes: Sequence[Change]) -> Mapping[str, str]:
        contents: dict[str, bytes | None] = {}
        for change in changes:
            before, content = self.read(change.old or change.path), change.content
            contents[change.path] = None if content is None else _headed(content, before, Path(change.path).suffix)
        for change in changes:
            if change.old:
                contents.setdefault(change.old, None)
        put_all(self.root, contents)
        written = ((change.path, contents[change.path]) for change in changes)
        return {path: "" if content is None else blob_id(content) for path, content in written}


def blob_id(content: bytes) -> str:
    """The id under which Git knows these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _headed(content: bytes, before: bytes | None, suffix: str) -> bytes:
    """A registry with the comment that it began with."""
    if suffix != ".yml" or before is None or content.startswith(b"#"):
        return content
    found = HEAD.match(before.decode("utf-8", errors="replace"))
    return (found[0] if found else "").encode() + content
