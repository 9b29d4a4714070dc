"""The small service worker that keeps the crisis page on a visitor's device, for when the network fails.

It answers pages that could not be fetched with the kept one and touches nothing else: no cookie, no storage, no
message, no other file. Source: W3C Service Workers.
"""

from __future__ import annotations

import hashlib

from xinqiao.core.text import Text
from xinqiao.site import page

WORKER = "help-worker.js"
VERSION_SIGNS = 16
NOTICE = Text.of(
    zh="这一页现在打不开，可能是网络断了。下面是存在你设备上的求助电话；网络恢复后，重新加载就能继续。",
    en="This page cannot be reached at the moment; the network may be down. Below are the help lines kept on "
    "your device. Reload once you are back online.",
)


def help_worker(crisis_page: bytes) -> bytes:
    """The worker's script, ES2017; it changes with the page that it keeps, so that browsers fetch the new one."""
    version = hashlib.sha256(crisis_page).hexdigest()[:VERSION_SIGNS]
    return page.render("help-worker.js", version=version, notice=NOTICE).encode()
