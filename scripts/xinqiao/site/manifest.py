"""What a build made, by hash: the manifest that lies in the site, and with which the site as it is served is compared.

A build is the same to the last byte for the same commit and the same moment, so that anybody can make it again.
Source: reproducible-builds.org, SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

from xinqiao.core.occasion import BEIJING
from xinqiao.core.problem import Place, refuse

MANIFEST = "build-manifest.json"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What else a build depends on: the moment it takes for now, and the commit; `+` after it: with changes."""

    moment: datetime
    commit: str = ""

    @property
    def epoch(self) -> int:
        """The moment in seconds, as SOURCE_DATE_EPOCH has it."""
        return int(self.moment.timestamp())

    @property
    def day(self) -> date:
        """The day in Beijing, on whatever machine the build is made."""
        return self.moment.astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a site: its length in bytes and its SHA-256."""

    length: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Every file of a build by its path, but the manifest itself; `epoch` and `commit` as its stamp has them."""

    epoch: int
    commit: str
    parts: Mapping[str, Part]


def build_moment() -> datetime:
    """The moment that a build takes for now: SOURCE_DATE_EPOCH (whole seconds) where it is set."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given and not given.isdecimal():
        raise refuse("build-moment", found=given[:40])
    return datetime.fromtimestamp(int(given), UTC) if given else datetime.now(UTC)


def part_of(content: bytes) -> Part:
    """A file from its bytes."""
    return Part(length=len(content), digest=hashlib.sha256(content).hexdigest())


def write_manifest(side: Path, stamp: Stamp, known: Mapping[str, Part] = MappingProxyType({})) -> None:
    """Writes the manifest of a finished site into it; `known`: files whose hashes are known, by their paths."""
    found = ((place.removeprefix(str(side)).split("/")[1:], names) for place, _, names in os.walk(side))
    # As paths are sorted: folder by folder.
    steps = sorted([*folders, name] for folders, names in found for name in names if name != MANIFEST)
    parts = {name: known.get(name) or part_of((side / name).read_bytes()) for name in map("/".join, steps)}
    files = {name: {"bytes": part.length, "sha256": part.digest} for name, part in parts.items()}
    whole = {"version": VERSION, "source_date_epoch": stamp.epoch, "commit": stamp.commit, "files": files}
    (side / MANIFEST).write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_manifest(path: Path) -> Manifest:
    """A manifest from its file. Raises XinqiaoError: manifest-missing, manifest-unreadable."""
    if not path.is_file():
        raise refuse("manifest-missing", Place(file=str(path)))
    try:
        return parsed(path.read_bytes())
    except ValueError:
        raise refuse("manifest-unreadable", Place(file=str(path))) from None


def parsed(content: bytes) -> Manifest:
    """A manifest from its bytes. Raises ValueError where they are none."""
    match json.loads(content):
        case {"version": 1, "source_date_epoch": int(epoch), "commit": str(commit), "files": dict(files)}:
            return Manifest(epoch=epoch, commit=commit, parts={str(name): _read(part) for name, part in files.items()})
    raise ValueError("no manifest")


def _read(part: object) -> Part:
    match part:
        case {"bytes": int(length), "sha256": str(digest)}:
            return Part(length=length, digest=digest)
    raise ValueError("no part of a manifest")
