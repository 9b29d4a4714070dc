"""How long the first sealing of a form takes on a slow phone, and what warming up saves.

Run: python benchmarks/sealing.py. Chromium with its processor slowed down six times; each figure is the median of
seven fresh pages, in milliseconds. `load` is from asking for the script to its being there, `first` the first sealing
of a page, `warmed` the first after an empty one, as send.js does it.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
from pathlib import Path

import pyrage
from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SLOWER = 6
PAGES = 7
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ANSWERS = {"v": 1, "form": "phq9", "version": 1, "lang": "zh", "answers": {f"phq9_{at}": "1" for at in range(1, 10)}}
MEASURE = """async ([answers, warm]) => {
  const times = {};
  const timed = async (name, work) => {
    const from = performance.now();
    await work();
    times[name] = performance.now() - from;
  };
  await timed("load", () => new Promise(done => {
    const script = document.createElement("script");
    script.src = "seal.js";
    script.onload = done;
    document.head.appendChild(script);
  }));
  const recipients = RECIPIENTS;
  if (warm) await timed("warming", () => window.xinqiaoSeal.seal({}, recipients));
  await timed("first", () => window.xinqiaoSeal.seal(answers, recipients));
  return times;
}"""


def serve(route: Route) -> None:
    if route.request.url.endswith("seal.js"):
        route.fulfill(path=ROOT / "overrides" / "assets" / "seal.js")
    else:
        route.fulfill(body="<!doctype html><title>sealing</title>", content_type="text/html")


def measured(browser: Browser, measure: str, *, warm: bool) -> dict[str, float]:
    page = browser.new_page()
    page.route("**/*", serve)
    page.goto("https://college.test/")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    times: dict[str, float] = page.evaluate(measure, [ANSWERS, warm])
    page.close()
    return times


def main() -> None:
    # Keys made for this and thrown away.
    recipients = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    measure = MEASURE.replace("RECIPIENTS", json.dumps(recipients))
    found = os.environ.get("XINQIAO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        cold = [measured(browser, measure, warm=False) for _ in range(PAGES)]
        warm = [measured(browser, measure, warm=True) for _ in range(PAGES)]
        browser.close()
    middle = {
        "load": statistics.median(each["load"] for each in cold + warm),
        "first": statistics.median(each["first"] for each in cold),
        "warmed": statistics.median(each["first"] for each in warm),
    }
    for name, value in middle.items():
        print(f"{name:>8} {value:6.1f} ms")


if __name__ == "__main__":
    main()
