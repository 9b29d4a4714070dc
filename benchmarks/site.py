"""How fast a site is built, beside plain Material for MkDocs, Zensical and Hugo on the same composed pages.

Run: python benchmarks/site.py [--pages N …] [--peers FOLDER] [--preview]. By default 1,000 pages in all:
both languages, so 500 each, the portal's own pages among them, and the rest generated articles. The peers build the
smallest number alone: plain Material writes every page's title on every page.
FOLDER of peers: virtual environments of their own, `zensical` and `hugo` below it (`make peers`); those that are not
there are skipped and said.
`--preview` measures instead how soon a saved page is seen: from writing it to `xinqiao serve` serving the new words.

Seconds on the clock and of processor time, children included: on a machine that does other work as well, the
latter are what compares. `ours` is the whole of `xinqiao build`, with every check, hash and manifest.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("mkdocs.yml", "mkdocs.en.yml", "portal.toml", "docs", "forms", "overrides")
WORDS = {
    "zh": "情绪压力睡眠朋友老师宿舍学习考试散步呼吸休息倾听陪伴时间感受身体想法练习改变支持",
    "en": [
        "mood",
        "stress",
        "sleep",
        "friend",
        "teacher",
        "room",
        "study",
        "walk",
        "breathe",
        "rest",
        "listen",
        "time",
    ],
}
NEW = "又一句话"
PATIENCE = 900.0
PLAIN = """site_name: Plain
site_url: https://example.org/
docs_dir: docs
theme: {name: material, font: false}
markdown_extensions: [abbr, admonition, attr_list, def_list, footnotes, md_in_html, tables]
validation: {links: {not_found: info, absolute_links: info, unrecognized_links: info}}
"""
HUGO = 'baseURL = "https://example.org/"\ntitle = "Plain"\ndisableKinds = ["taxonomy", "term", "RSS"]\n'
HUGO_PAGE = "<!doctype html><title>{{ .Title }}</title>{{ .TableOfContents }}{{ .Content }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds of one run."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:8.2f} s on the clock  {self.cpu:8.2f} s of processor time"


def sentence(chance: random.Random, lang: str) -> str:
    words = [chance.choice(WORDS[lang]) for _ in range(chance.randrange(8, 20))]
    return "".join(words) + "。" if lang == "zh" else " ".join(words).capitalize() + ". "


def body(lang: str, at: int, total: int) -> str:
    """An article of about a thousand characters: parts, lists, a table, links to others."""
    chance = random.Random(f"{lang}{at}")  # noqa: S311 - no secret
    parts = random.Random(at).randrange(4, 7)  # noqa: S311 - both languages alike
    out = ["<!-- help-bar -->"]
    for part in range(parts):
        out += [f"## {sentence(chance, lang)[:12].strip()} {part}", "".join(sentence(chance, lang) for _ in range(4))]
        out.append("\n".join(f"- **{sentence(chance, lang)[:4].strip()}** {sentence(chance, lang)}" for _ in range(3)))
    out.append("| a | b |\n|---|---|\n" + "\n".join(f"| {sentence(chance, lang)[:9]} | {at} |" for _ in range(3)))
    out += [f"[{sentence(chance, lang)[:6].strip()} {at + step}](made-{(at + step) % total:05}.md)" for step in (1, 7)]
    return "\n\n".join([*out, "## 来源" if lang == "zh" else "## Sources", "<!-- sources -->"])


def article(title: str, text: str) -> str:
    sources = "".join(
        f"  - {{title: {title} {name}, publisher: P, address: 'https://example.org/{name}', read_on: 2026-11-01}}\n"
        for name in ("one", "two")
    )
    front = f"title: {title}\ndescription: {title}\npage_type: article\nwritten_on: 2026-11-01\nreviewed_on: null\n"
    return f"---\n{front}review_by: 2028-05-01\nsources:\n{sources}---\n\n# {title}\n\n{text}\n"


def project(folder: Path, pages: int, own: int) -> Path:
    """The portal with so many pages in all that are made, besides the pages of its own."""
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    each = max(0, (pages - own) // 2)
    for lang, name in (("zh", "练习"), ("en", "Exercise")):
        for at in range(each):
            text = article(f"{name} {at:05}", body(lang, at, each))
            (folder / f"docs/{lang}/learn/made-{at:05}.md").write_text(text, encoding="utf-8")
        with (folder / f"docs/{lang}/learn.md").open("a", encoding="utf-8") as file:
            file.write(f"\n- [{name}](learn/made-00000.md)\n" if each else "")
    return folder


def environment() -> dict[str, str]:
    """What programs find: Python keeps what it has compiled, as it does where nobody tells it not to."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT / "scripts"), "NO_MKDOCS_2_WARNING": "1"}


def timed(command: list[str], folder: Path) -> Spent:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-3000:]}\n{done.stdout[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall=time.perf_counter() - start, cpu=cpu)


def ours(folder: Path) -> Spent:
    return timed([sys.executable, "-m", "xinqiao.cli", "build"], folder)


def count(site: Path) -> int:
    return sum(1 for _ in site.rglob("*.html"))


def plain_sources(folder: Path, place: Path) -> Path:
    """The composed pages of both languages in one folder, for generators that know nothing of ours."""
    shutil.copytree(folder / "build/docs", place)
    return place


def material(folder: Path, work: Path) -> Spent:
    plain_sources(folder, work / "docs")
    (work / "mkdocs.yml").write_text(PLAIN, encoding="utf-8")
    return timed([sys.executable, "-m", "mkdocs", "build", "-q"], work)


def zensical(folder: Path, work: Path, program: Path) -> Spent:
    plain_sources(folder, work / "docs")
    (work / "mkdocs.yml").write_text(PLAIN, encoding="utf-8")
    return timed([str(program), "build", "--clean", "-f", "mkdocs.yml"], work)


def hugo(folder: Path, work: Path, program: Path) -> Spent:
    plain_sources(folder, work / "content")
    for path in work.rglob("index.md"):
        path.rename(path.with_name("_index.md"))
    (work / "layouts/_default").mkdir(parents=True)
    for name in ("single", "list"):
        (work / f"layouts/_default/{name}.html").write_text(HUGO_PAGE, encoding="utf-8")
    (work / "hugo.toml").write_text(HUGO, encoding="utf-8")
    return timed([str(program), "--quiet"], work)


# Where each lays its pages.
MADE = {"Material": "site", "Zensical": "site", "Hugo": "public"}


def peers(folder: Path) -> Iterator[tuple[str, Callable[[Path, Path], Spent] | str]]:
    yield "Material", material
    for name, run in (("Zensical", zensical), ("Hugo", hugo)):
        program = folder / name.lower() / "bin" / name.lower()
        if program.is_file():
            yield name, lambda source, work, run=run, program=program: run(source, work, program)
        else:
            yield name, f"skipped: no {program}"


def edit(folder: Path, at: int = 0) -> None:
    path = folder / f"docs/zh/learn/made-{at:05}.md"
    path.write_text(path.read_text(encoding="utf-8").replace("## 来源", f"{NEW}。\n\n## 来源"), encoding="utf-8")


def measured(pages: int, own: int, compared: Path | None) -> Spent:
    """One size: cold, warm, after an edit; and beside the others where they are asked for."""
    with tempfile.TemporaryDirectory() as place:
        folder = project(Path(place) / "portal", pages, own)
        cold = ours(folder)
        print(f"{count(folder / 'site')} pages in all\nours, cold       {cold}")
        print(f"ours, warm       {ours(folder)}")
        edit(folder)
        print(f"ours, one edited {ours(folder)}", flush=True)
        for name, run in peers(compared) if compared else ():
            if isinstance(run, str):
                print(f"{name:16} {run}")
                continue
            work = Path(place) / name
            work.mkdir()
            spent = run(folder, work)
            ratio = f"ours / it: {cold.wall / spent.wall:.2f} on the clock, {cold.cpu / spent.cpu:.2f} processor time"
            print(f"{name:16} {spent}  {ratio}; {count(work / MADE[name])} pages", flush=True)
    return cold


def shown(address: str, words: str) -> float:
    """Seconds until a page of the preview holds these words."""
    opener, start = urllib.request.build_opener(urllib.request.ProxyHandler({})), time.perf_counter()
    while True:
        try:
            with opener.open(address, timeout=10) as answer:
                if words in answer.read().decode():
                    return time.perf_counter() - start
        except OSError:
            pass
        if time.perf_counter() - start > PATIENCE:
            raise SystemExit(f"{address} does not show “{words}”")
        time.sleep(0.02)


def previewed(pages: int, own: int, edits: int = 7) -> None:
    """Articles changed one after the other, each once the whole site has followed the one before."""
    with tempfile.TemporaryDirectory() as place, socket.socket() as held:
        folder = project(Path(place) / "portal", pages, own)
        held.bind(("127.0.0.1", 0))
        port = int(held.getsockname()[1])
        held.close()
        command = [sys.executable, "-m", "xinqiao.cli", "serve", "--port", str(port)]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=quiet, stderr=quiet)  # noqa: S603 - ourselves
        try:
            address = f"http://127.0.0.1:{port}/zh/learn/made"
            first = shown(f"{address}-00000/", "练习 00000")
            print(f"{pages} pages in all\npreview, first   {first:8.2f} s on the clock", flush=True)
            taken = []
            for at in range(edits):
                edit(folder, at)
                taken.append(shown(f"{address}-{at:05}/", NEW))
                time.sleep(first)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
    print(f"edit to served   {statistics.median(taken):8.2f} s on the clock, at most {max(taken):.2f} of {len(taken)}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--pages", type=int, nargs="*", default=[1000])
    asked.add_argument("--peers", type=Path, default=ROOT / "build/peers")
    asked.add_argument("--preview", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = project(Path(place) / "portal", 0, 0)
        ours(folder)
        own = count(folder / "site")
    sizes = sorted(given.pages)
    if given.preview:
        for pages in sizes:
            previewed(pages, own)
        return
    found = [(pages, measured(pages, own, given.peers.resolve() if pages == sizes[0] else None)) for pages in sizes]
    for (few, first), (many, last) in itertools.pairwise(found):
        print(
            f"t({many})/t({few}): {last.wall / first.wall:.2f} on the clock, {last.cpu / first.cpu:.2f} processor time"
        )


if __name__ == "__main__":
    main()
