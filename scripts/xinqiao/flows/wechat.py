"""`xinqiao wechat`: a page as an article of a WeChat official account, on a page with a button that copies it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from xinqiao.config import Config
from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.flows.build import build
from xinqiao.flows.outcome import Outcome, Progress
from xinqiao.site.help_lines import read_help_lines
from xinqiao.site.wechat import Copy, wechat_copy

FOLDER = "build/wechat"
INDEX = "index.html"


def wechat(config: Config, page: str, progress: Progress) -> Outcome:
    """Builds the site to the side, so that what is copied is what is published, and writes `build/wechat/NAME.html`.

    `page`: the file of a text, or the address of its page. Raises XinqiaoError: wechat-page-unknown, wechat-kind, and
    as `build` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "site"
        build(config, built, progress)
        name = _page(built, page)
        copy = _copy(config, built, name)
    if copy is None:
        raise refuse("wechat-kind", page=page)
    here = this_machine(config.site_url)
    file = config.root / FOLDER / f"{'-'.join(Path(name).parent.parts)}.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(copy.page(here=here), encoding="utf-8", newline="\n")
    problems = _told(copy)
    if here:
        problems.append(
            Problem(code="wechat-here", place=Place(file="portal.toml"), params={"address": config.site_url})
        )
    said = Text.of(
        zh=f"已写入 {file.relative_to(config.root)}。用浏览器打开，按“复制正文”，粘贴到公众号后台。",
        en=f"Written: {file.relative_to(config.root)}. Open it in a browser and press “Copy text”.",
    )
    return Outcome(said=said, document={"file": str(file), "title": copy.title}, problems=tuple(problems))


def copier(config: Config) -> Callable[[Path, str], bytes | None]:
    """For the preview: from a built folder and the path of a page to the page from which it is copied."""

    def made(built: Path, name: str) -> bytes | None:
        try:
            copy = _copy(config, built, name)
        except XinqiaoError:
            # A registry with a fault, which the preview tells by itself.
            return None
        return copy.page(here=this_machine(config.site_url)).encode() if copy else None

    return made


def _copy(config: Config, built: Path, name: str) -> Copy | None:
    lines = read_help_lines(config.root)
    return wechat_copy(built, name, config.site_url, lines, demonstration=config.demonstration)


def this_machine(address: str) -> bool:
    """Whether an address leads to this machine alone."""
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1", None}


def _told(copy: Copy) -> list[Problem]:
    return [Problem(code="wechat-picture", params={"picture": address}) for address in dict.fromkeys(copy.lost)]


def _page(built: Path, wanted: str) -> str:
    """The built page that is meant, by its path below the site."""
    known = sorted(path.relative_to(built).as_posix() for lang in Lang for path in (built / lang.value).rglob(INDEX))
    path = urlsplit(wanted).path if "://" in wanted else wanted
    name = _of_file(path.strip("/")) or f"{path.strip('/').removesuffix(INDEX).strip('/')}/{INDEX}"
    if name in known:
        return name
    # An address may have the site's own folder before it.
    if ending := [one for one in known if name.endswith(f"/{one}")]:
        return ending[0]
    raise refuse("wechat-page-unknown", page=wanted, nearest=nearest(name, known).removesuffix(INDEX))


def _of_file(path: str) -> str:
    """The page that a file of the project becomes; empty for what is none."""
    parts = Path(path).parts
    if not path.endswith(".md") or "docs" not in parts:
        return ""
    below = parts[parts.index("docs") + 1 :]
    if below[0] == "news":
        stem, _, lang = Path(below[-1]).stem.rpartition(".")
        return "/".join([lang, *below[:-1], stem, INDEX])
    stem = below[-1].removesuffix(".md")
    return "/".join([*below[:-1], *([] if stem == "index" else [stem]), INDEX])
