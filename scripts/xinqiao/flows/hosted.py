"""The same editor as a static page, for a college that keeps its portal on a Gitea or a GitLab."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path
from urllib.parse import urlsplit

from xinqiao.config import Config
from xinqiao.core.text import Lang, Text
from xinqiao.flows.admin import offered
from xinqiao.flows.outcome import Outcome
from xinqiao.site.editor.cms import Backend, cms_config
from xinqiao.site.editor.collections import collections
from xinqiao.site.editor.page import embedded, render

APIS = {"gitea": "/api/v1", "gitlab": "/api/v4"}
STATIC = ("sveltia.js", "sveltia.LICENSE.txt", "before.js", "start.js", "assets")


def hosted(config: Config, host: str, address: str, repo: str, branch: str, app: str) -> Outcome:
    """Writes the editor into `build/admin/hosted`, a page for each language.

    host: gitea or gitlab; address: where it is reached; repo: OWNER/NAME; app: the id under which the host knows
    the editor, empty where one signs in with a token.
    """
    output = config.root / "build" / "admin" / "hosted"
    shutil.rmtree(output, ignore_errors=True)
    origin = address.rstrip("/")
    backend = Backend(name=host, api=origin + APIS[host], repo=repo, branch=branch, host=origin, app=app)
    with as_file(files("xinqiao") / "templates" / "editor") as source:
        for name in STATIC:
            _copy(source / name, output / "static" / name)
    for lang in Lang:
        made = cms_config(collections(offered(config)), backend, lang, site_url=config.site_url, title=config.title)
        given = {"token": "", "locale": {Lang.ZH: "zh-CN", Lang.EN: "en-US"}[lang], "config": made}
        parts = urlsplit(origin)
        page = render("hosted.html", lang, config=embedded(given), connect=f"{parts.scheme}://{parts.netloc}")
        (output / lang.value).mkdir(parents=True)
        (output / lang.value / "index.html").write_bytes(page)
    said = Text.of(
        zh=f"编辑器已写入 {output}。放到学院的网站上即可；登记方法见 docs/dev/editor.md。",
        en=f"The editor lies in {output}, ready for any static host of the college; docs/dev/editor.md says how.",
    )
    return Outcome(said=said, document={"output": str(output)})


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
