"""What the run of one language says of the pages that it wrote, so that nobody has to read them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xinqiao.site.manifest import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The pages by their paths in the site, and those that have no policy of their own."""

    parts: Mapping[str, Part]
    unguarded: tuple[str, ...] = ()

    def write(self, path: Path) -> None:
        """Writes what was made, for who started the run."""
        parts = {name: [part.length, part.digest] for name, part in self.parts.items()}
        path.write_text(json.dumps({"parts": parts, "unguarded": self.unguarded}), encoding="utf-8")


def read_made(paths: Iterable[Path]) -> Made:
    """What several runs have made, together."""
    told = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return Made(
        parts={name: Part(length=part[0], digest=part[1]) for one in told for name, part in one["parts"].items()},
        unguarded=tuple(sorted({name for one in told for name in one["unguarded"]})),
    )
