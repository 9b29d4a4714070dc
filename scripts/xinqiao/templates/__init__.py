"""The templates of a room, as all rooms read them: everything escaped, no name missing; compiled once, not each time.

What is compiled lies where Python keeps its own compiled modules, under the same terms: known by the source it was made
of, made anew where that has changed, done without where it cannot be written.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

FOLDER = Path(__file__).parent / "__pycache__"


class Beside(BytecodeCache):
    """Compiled templates as files in a folder, one each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Gives a template, where it was compiled from the same source by the same Python and Jinja."""
        with suppress(OSError, EOFError, pickle.UnpicklingError), self._file(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps a template; in one step, so that nobody reads half of it."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            made = self.folder / f"{bucket.key}.{os.getpid()}.new"
            made.write_bytes(bucket.bytecode_to_string())
            made.replace(self._file(bucket))

    def _file(self, bucket: Bucket) -> Path:
        return self.folder / f"{bucket.key}.{sys.implementation.cache_tag}.jinja"


@cache
def environment(room: str) -> Environment:
    """What pages of a room are made with, from `templates/<room>`."""
    return Environment(
        loader=PackageLoader("xinqiao", f"templates/{room}"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=Beside(FOLDER),
    )
