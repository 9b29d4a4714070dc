"""Cells hidden and seconds of CPU on the disclosure cases, beside the recorded figures of the peers.

    python benchmarks/safety.py FOLDER [case …]

FOLDER holds the cases (class_band_gender_*.json, week_5610_cells.csv, region_46530_cells.csv). The peers'
figures were measured once, side by side, on a machine of two cores: trust ratios, not seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "safety"))

from published import Case, case, units

from xinqiao.safety.floor import floor
from xinqiao.safety.optimum import optimum
from xinqiao.safety.pieces import hide
from xinqiao.safety.probe import Probe
from xinqiao.safety.system import empty_or_k, one_less_or_more

K = 5
# How often the master leans anew, and programmes to show neighbourhoods anew; neither elsewhere.
WORK = {"region": (4, 8_000), "region A1": (4, 4_000)}
FLOOR = {"region": 2, "region A1": 0}  # whole choices of a family for what no set can undercut


@dataclass(frozen=True)
class Peer:
    name: str
    complementary: int
    seconds: float | None = None
    faults: int | None = None


PEERS = {
    "class 5": [Peer("GaussSuppression 1.2.3", 14), Peer("proven optimum", 16)],
    "class 10": [Peer("GaussSuppression 1.2.3", 20), Peer("proven optimum", 24)],
    "class 50": [
        Peer("GaussSuppression 1.2.3", 98, 0.3, 53),
        Peer("sdcTable 0.34 HYPERCUBE", 193, 18.7, 2),
        Peer("gconfid 2.0.4", 91, 1.5, 68),
        Peer("tau-ARGUS OPT", 140, 247, 25),
        Peer("proven optimum", 116, 19, 0),
    ],
    "week": [Peer("GaussSuppression 1.2.3", 367, 5.1)],
    "region": [Peer("GaussSuppression 1.2.3", 531, 266), Peer("LP heuristic on the affected part", 436)],
    "region A1": [Peer("GaussSuppression 1.2.3", 531, 266), Peer("LP heuristic on the affected part", 436)],
}
LIMITS = {"week": 2.0, "region": 1.0, "region A1": 1.0}  # seconds of an audit; 0.05 for a college's table
CASES: dict[str, Callable[[Path], Case]] = {
    "class 5": lambda folder: case(folder, "class_band_gender_5.json"),
    "class 10": lambda folder: case(folder, "class_band_gender_10.json"),
    "class 50": lambda folder: case(folder, "class_band_gender_50.json"),
    "region": lambda folder: units(folder / "region_46530_cells.csv", "city", "univ", ["grade", "band", "sex"]),
    "region A1": lambda folder: units(folder / "region_46530_cells.csv", "city", "univ", ["grade", "band", "sex"]),
    "week": lambda folder: units(folder / "week_5610_cells.csv", "grade", "cls", ["band", "week"]),
}


def measure(name: str, of: Case) -> None:
    small = of.small(K)
    primary = np.zeros(of.lattice.size, dtype=bool)
    primary[small] = True
    aims = one_less_or_more(small, of.truth) if name.endswith("A1") else empty_or_k(small, K)
    system = of.system()
    start = time.process_time()
    rounds, effort = WORK.get(name, (0, 0))
    hidden = hide(of.lattice, system, primary, aims, rounds=rounds, effort=effort)
    protecting = time.process_time() - start
    probe = lambda: Probe(of.lattice.axes, np.where(hidden, -1, of.truth))  # noqa: E731
    start = time.process_time()
    asked = probe().refuse(aims.column, aims.goal, aims.goal)
    auditing = time.process_time() - start
    faults = int((~np.where(aims.up, asked.rose, asked.fell)).sum())
    start = time.process_time()
    found = len(probe().found(np.arange(of.lattice.size), K))
    blind, limit = time.process_time() - start, LIMITS.get(name, 0.05)
    count = int(hidden.sum()) - len(small)
    print(f"{name}: {of.lattice.size} cells, {len(small)} primary")
    print(f"  hidden besides {count}, {protecting:.1f} s; {faults} of {len(aims)} fail")
    print(f"  audit with the truth {auditing:.3f} s, without {blind:.3f} s (wanted {limit} s), {found} groups found")
    for peer in PEERS[name]:
        pace = f", {protecting / peer.seconds:.2f} × the time" if peer.seconds else ""
        fails = f" ({peer.faults} fail)" if peer.faults is not None else ""
        print(f"  {count / peer.complementary:.2f} × the cells of {peer.name}{fails}{pace}")
    if name in FLOOR:
        start = time.process_time()
        least = floor(of.lattice, system, primary, aims, rounds=FLOOR[name])
        print(f"  no set hides fewer than {least:.0f} besides, {time.process_time() - start:.1f} s more")
    if name.startswith("class"):
        start = time.process_time()
        best = optimum(system, primary, aims, hidden)
        proof = "proven" if best.proven else f"at least {best.bound:.0f}"
        print(f"  optimum {best.price:.0f} ({proof}), {time.process_time() - start:.1f} s more")


def main() -> None:
    folder = Path(sys.argv[1])
    for name in sys.argv[2:] or CASES:
        measure(name, CASES[name](folder))


if __name__ == "__main__":
    main()
