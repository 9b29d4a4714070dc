"""How long a form takes to seal on a slow phone, from the click, and what addressing the envelope ahead saves.

Run: python benchmarks/sealing.py [--pages 9]. Chromium with its processor slowed down six times; the least and the
middle of so many fresh pages, in milliseconds. `load` is from asking for the script to its being there, `ahead` what
send.js does while a person fills in the form, `sealed` what is left at the click; `unprepared` is a sealing with
nothing ahead. All of it with the browser's own X25519 and, as on most phones from before 2025, with the script's.
`loop` is a fixed count of additions on the same pages, to tell what the machine was busy with.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
from pathlib import Path

import pyrage
from playwright.sync_api import Browser, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SLOWER = 6
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ANSWERS = {"v": 1, "form": "phq9", "version": 1, "lang": "zh", "answers": {f"phq9_{at}": "1" for at in range(1, 10)}}
WITHOUT_X25519 = """
for (const name of ["importKey", "generateKey", "deriveBits"]) {
  crypto.subtle[name] = () => Promise.reject(new DOMException("no", "NotSupportedError"));
}
"""
MEASURE = """async ([answers, ahead]) => {
  const times = {};
  const timed = async (name, work) => {
    const from = performance.now();
    await work();
    times[name] = performance.now() - from;
  };
  await timed("loop", () => {
    let sum = 0;
    for (let at = 0; at < 1e6; at++) sum = (sum + at) % 65521;
    times.sum = sum;
  });
  await timed("load", () => new Promise(done => {
    const script = document.createElement("script");
    script.src = "seal.js";
    script.onload = done;
    document.head.appendChild(script);
  }));
  const recipients = RECIPIENTS;
  if (ahead) await timed("ahead", () => window.xinqiaoSeal.prepare(recipients));
  await timed(ahead ? "sealed" : "unprepared", () => window.xinqiaoSeal.seal(answers, recipients));
  return times;
}"""


def serve(route: Route) -> None:
    if route.request.url.endswith("seal.js"):
        route.fulfill(path=ROOT / "overrides" / "assets" / "seal.js")
    else:
        route.fulfill(body="<!doctype html><title>sealing</title>", content_type="text/html")


def measured(browser: Browser, measure: str, change: str, *, ahead: bool) -> dict[str, float]:
    page = browser.new_page()
    page.route("**/*", serve)
    page.add_init_script(change)
    page.goto("https://college.test/")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    times: dict[str, float] = page.evaluate(measure, [ANSWERS, ahead])
    page.close()
    return times


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=9)
    pages = options.parse_args().pages
    # Keys made for this and thrown away.
    recipients = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2)]
    measure = MEASURE.replace("RECIPIENTS", json.dumps(recipients))
    found = os.environ.get("XINQIAO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for whose, change in (("the browser's X25519", ""), ("the script's X25519", WITHOUT_X25519)):
            times = [measured(browser, measure, change, ahead=at % 2 == 0) for at in range(2 * pages)]
            print(f"{whose}, load {os.getloadavg()[0]:.1f}")
            for name in ("loop", "load", "unprepared", "ahead", "sealed"):
                values = [each[name] for each in times if name in each]
                print(f"{name:>12}  least {min(values):6.1f} ms   middle {statistics.median(values):6.1f} ms")
        browser.close()


if __name__ == "__main__":
    main()
