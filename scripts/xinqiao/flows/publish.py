"""Publishes: builds the site to the side, puts it where readers are served from, and asks there until it is live."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from xinqiao.config import Config
from xinqiao.core.problem import Level, Problem, XinqiaoError, refuse
from xinqiao.core.text import Text
from xinqiao.flows.build import build
from xinqiao.flows.check import in_project
from xinqiao.flows.commit import commit_of
from xinqiao.flows.deploy import deploy
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.publish_settings import Method
from xinqiao.site.live import served_manifest
from xinqiao.site.manifest import MANIFEST, Manifest, read_manifest
from xinqiao.site.wording.pages import check_wording

Step = Callable[[Text], None]
# How long the address is asked, in seconds: what a copy takes, and what a Git host takes to build.
PATIENCE = {Method.FOLDER: 20, Method.RSYNC: 60, Method.PUSH: 600}
PAUSE = 1.0


def publish(config: Config, step: Step, progress: Progress, patience: float | None = None) -> Outcome:
    """Builds, puts and asks; `step` is told what begins. What was live before stays until the new site is whole.

    Raises XinqiaoError: publish-unset, as `build` and `deploy` do.
    """
    if config.publish is None:
        raise refuse("publish-unset")
    step(Text.of(zh="建站，并检查每一页", en="Building the site and checking every page"))
    site = config.root / "build" / "admin" / "site"
    worded = check_wording(config.root, config.form_files)
    if any(problem.level is Level.ERROR for problem in worded):
        raise XinqiaoError(worded)
    built = build(config, site, progress)
    found = (*worded, *(in_project(problem, config.root) for problem in built.problems))
    made = read_manifest(site / MANIFEST)
    step(Text.of(zh="放到服务器上", en="Putting it where it is served from"))
    deploy(config.root, site, config.publish)
    step(Text.of(zh="看网址上是不是新的", en="Asking the address whether it is the new one"))
    by_commit = config.publish.method is Method.PUSH
    wanted = replace(made, commit=commit_of(config.root)) if by_commit else made
    limit = PATIENCE[config.publish.method] if patience is None else patience
    if not _live(config.site_url, wanted, limit, by_commit=by_commit):
        late = Problem(code="publish-not-seen", params={"address": config.site_url, "seconds": round(limit)})
        said = Text.of(
            zh="已经放上去了，但网址上还看不到。", en="It has been put there, but the address does not show it yet."
        )
        return Outcome(said=said, problems=(late, *found))
    said = Text.of(zh=f"已经上线：{config.site_url}", en=f"It is live: {config.site_url}")
    return Outcome(said=said, document={"address": config.site_url}, problems=found)


def _live(address: str, made: Manifest, limit: float, *, by_commit: bool) -> bool:
    """Whether the address serves this build within so many seconds; of a Git host's own build the commit counts."""
    end = time.monotonic() + limit
    while True:
        found = served_manifest(address)
        if found is not None and (found.commit == made.commit if by_commit else found.parts == made.parts):
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(PAUSE)
