"""`xinqiao verify-live`: what is served, beside what was built."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Level
from xinqiao.core.text import Text
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.site.live import differences, receiver_faults
from xinqiao.site.manifest import MANIFEST, read_manifest


def verify_live(
    config: Config, address: str, manifest: Path | None, progress: Progress, *, receiver: bool = False
) -> Outcome:
    """Compares every file that an address serves with a build's manifest, the last build's where none is named.

    receiver: also whether the receiver that portal.toml names is ready and takes answers from that site alone.
    Raises XinqiaoError: manifest-missing, manifest-unreadable, live-unreachable.
    """
    made = read_manifest(manifest or config.root / "site" / MANIFEST)
    found = tuple(differences(address, made, progress))
    errors = sum(problem.level is Level.ERROR for problem in found)
    faults = tuple(receiver_faults(config.receiver_url, address)) if receiver else ()
    count = len(made.parts)
    said = Text.of(
        zh=f"比对了 {count} 个文件：{'与构建的完全相同' if not errors else f'{errors} 处不同'}。",
        en=f"{count} files compared: {'the same as built' if not errors else f'{errors} differences'}.",
    )
    counted = Counter(problem.code for problem in found)
    document: dict[str, object] = {
        "address": address,
        "commit": made.commit,
        "files": count,
        "differences": dict(sorted(counted.items())),
    }
    if receiver:
        document |= {
            "receiver": config.receiver_url,
            "faults": dict(sorted(Counter(one.code for one in faults).items())),
        }
    return Outcome(said=said, document=document, problems=(*found, *faults))
