"""`xinqiao news import`: the posts of another Pelican site become news of the portal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome
from xinqiao.site.posts import Imported, import_posts, registry
from xinqiao.site.tags import FILE, read_tags


def import_news(config: Config, folder: Path, kind: str, lang: Lang) -> Outcome:
    """Writes each post below a folder as one file of news, never over one that is there, and registers its tags.

    Raises XinqiaoError (posts-missing, and as the registry of tags does).
    """
    if not folder.is_dir() or not any(folder.rglob("*.md")):
        raise refuse("posts-missing", Place(file=str(folder)))
    imported = import_posts(folder, kind, lang)
    known = read_tags(config.root)
    problems = [*imported.problems, *_written(config.root, imported)]
    added = {slug: name for slug, name in imported.tags.items() if slug not in known}
    if added:
        _register(config.root / FILE, added)
        problems.append(Problem(code="post-tags", place=Place(file=FILE), params={"count": len(added)}))
    if imported.left_out:
        keys = ", ".join(f"{key} ({count})" for key, count in sorted(imported.left_out.items()))
        problems.append(Problem(code="post-left-out", params={"keys": keys}))
    count = len(imported.files) - sum(problem.code == "post-exists" for problem in problems)
    said = Text.of(
        zh=f"已导入 {count} 篇。请运行 xinqiao check，把指出的链接和图片改好。",
        en=f"{count} posts imported. Run `xinqiao check` and mend the links and pictures that it names.",
    )
    return Outcome(said=said, document={"posts": count, "tags": len(added)}, problems=tuple(problems))


def _written(root: Path, imported: Imported) -> list[Problem]:
    problems = []
    for name, text in imported.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            problems.append(Problem(code="post-exists", place=Place(file=name)))
    return problems


def _register(path: Path, tags: Mapping[str, Text]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    ending = "" if before.endswith("\n") or not before else "\n"
    path.write_text(before + ending + registry(tags), encoding="utf-8", newline="\n")
