"""`xinqiao news word`: a Word document becomes a draft, with a list of what a page could not take over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.output import write_new
from xinqiao.site.events import read_events
from xinqiao.site.manifest import build_moment
from xinqiao.site.word.draft import ARTICLE, Wanted, word_draft
from xinqiao.site.wording.pages import read_wording


def import_word(config: Config, path: Path, *, kind: str, slug: str, lang: Lang, title: str, event: str) -> Outcome:
    """Writes the draft and its pictures, all of them or none, never over a file that is there.

    The problems are the document's faults and what the wording check says of the draft. Raises XinqiaoError:
    file-exists, word-event-missing, output-unwritable, and as `word_draft` does.
    """
    wanted = Wanted(kind=kind, slug=slug, lang=lang, title=title, event=event)
    _check_event(config, wanted)
    other = next(replace(wanted, lang=one).file for one in Lang if one is not lang)
    wanted = replace(wanted, alone=not (config.root / other).is_file())
    drafted = word_draft(path, wanted, build_moment().date())
    files: Mapping[str, bytes] = {wanted.file: drafted.text.encode(), **drafted.pictures}
    write_new(config.root, files)
    problems = (*drafted.problems, *read_wording(drafted.text, wanted.file), *_only(config, other, wanted))
    count = len(drafted.pictures)
    said = Text.of(
        zh=f"已写入草稿 {wanted.file}（图片 {count} 张）。请对照上面的清单改好，运行 xinqiao check，再改掉草稿标记。",
        en=f"Draft written: {wanted.file} ({count} pictures). Go through the list above, run `xinqiao check`, then "
        "take its draft mark away.",
    )
    return Outcome(said=said, document={"files": list(files)}, problems=problems)


def _check_event(config: Config, wanted: Wanted) -> None:
    if wanted.event and wanted.kind != ARTICLE:
        events = read_events(config.root)
        if wanted.event not in events:
            raise refuse("word-event-missing", event=wanted.event, nearest=nearest(wanted.event, events))


def _only(config: Config, other: str, wanted: Wanted) -> Iterator[Problem]:
    """Where the text in the other language says that it is the only one."""
    if wanted.alone or wanted.kind == ARTICLE:
        return
    lines = (config.root / other).read_text(encoding="utf-8-sig").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            return
        if line.startswith("Only:"):
            yield Problem(code="word-pair", place=Place(file=other, line=number, column=1))
