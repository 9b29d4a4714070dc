"""How long the sealed store's answers take to become safe tables, by step.

Run: python benchmarks/release.py [ANSWERS], by default 10,000. Generated answers to the training feedback form of the
demonstration, sealed to two keys, in a project of its own. Processor seconds of the whole release, without imports;
the goal is 5 s for 10,000.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from xinqiao import demonstration
from xinqiao.config import Config, load_config
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang
from xinqiao.flows.project import load_form, recipients
from xinqiao.flows.release import release
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import payload, seal
from xinqiao.intake.store import Store

ROOT = Path(__file__).resolve().parents[1]
FORM = "training-feedback"
ANSWERS = 10_000


def project(folder: Path) -> Config:
    shutil.copy(ROOT / "portal.toml", folder)
    shutil.copytree(ROOT / "forms", folder / "forms")
    config = load_config(folder)
    for name in ("aggregation", "recovery"):
        Keyring(config.keys_dir).create(name, None)
    return config


def fill(config: Config, count: int) -> None:
    form = load_form(config, FORM)
    readers = recipients(config, form)[0]
    with Store(config.store_path) as store:
        for answers in demonstration.invented_answers(form, count):
            sealed = seal(payload(form.id, form.version, Lang.ZH, answers), readers)
            store.append([Envelope(id=envelope_id(sealed), form=FORM, received=date(2026, 11, 18), sealed=sealed)])


def released(count: int, *, told: bool) -> None:
    steps: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        config = project(Path(folder))
        fill(config, count)
        began = time.process_time()
        release(config, FORM, None, lambda step: steps.append((step, time.process_time())))
        ended = time.process_time()
    if told:
        ends = [*(at for _, at in steps[1:]), ended]
        print(f"{steps[0][1] - began:7.2f} s  the past, the store")
        for (step, at), end in zip(steps, ends, strict=True):
            print(f"{end - at:7.2f} s  {step}")
        print(f"{ended - began:7.2f} s  in all, load {os.getloadavg()[0]:.1f}")


def main() -> None:
    # Once for the imports that come late, then what is told.
    released(60, told=False)
    released(int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS, told=True)


if __name__ == "__main__":
    main()
