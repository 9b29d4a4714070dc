"""Takes the posts of another Pelican site over as news: metadata into ours, prose as it stands."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xinqiao.core.problem import Place, Problem
from xinqiao.core.text import Lang, Text
from xinqiao.site.newsroom import DRAFT, FOLDER, METADATA, PUBLISHED, is_day

NEEDED = ("title", "date")
MODIFIED = ("modified", "update", "updated")
HIDDEN = frozenset({"draft", "hidden", "skip"})
TAKEN = frozenset({*NEEDED, *MODIFIED, "tags", "status", "summary", "slug", "lang", "category"})
LONGEST = 120
# Lines of Markdown that are no prose: headings, lists, tables, code, quotes, pictures, definitions, HTML.
NO_PROSE = re.compile(r"\s*(?:[#>|*+<`~=\-!]|\d+\.|\[[^\]]+\]:|:::|    )")
MARKUP = re.compile(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])|<[^>]+>|[*_`]")
# Another site's table of contents; the portal's pages have their own.
CONTENTS = re.compile(r"^\[TOC\][ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Files of news by their path in the project, the tags that they need, what was left out, what could not be taken.

    left_out: metadata that the portal has no use for, and in how many posts it stood.
    """

    files: Mapping[str, str]
    tags: Mapping[str, Text]
    left_out: Mapping[str, int]
    problems: tuple[Problem, ...]


def import_posts(folder: Path, kind: str, lang: Lang) -> Imported:
    """All posts below a folder as news of one kind that exists in one language only; folders and tags become tags.

    A post that lacks its title or a day that exists is a problem and is not taken; nothing is made up.
    """
    files: dict[str, str] = {}
    tags: dict[str, Text] = {}
    left_out: Counter[str] = Counter()
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder).as_posix()
        values, body = _parted(path.read_text(encoding="utf-8-sig", errors="replace"))
        found = list(_lacks(values, name))
        problems += found
        if found:
            continue
        own = [*values.get("tags", "").split(","), *(part for part in path.relative_to(folder).parts[:-1])]
        slugs = sorted({_tag(tag.strip(), tags) for tag in own if tag.strip()})
        left_out.update(key for key in values if key not in TAKEN)
        slug = _slug(path.stem, lambda slug: f"{FOLDER}/{kind}/{slug}.{lang.value}.md" in files)
        head = _head(values, body, slugs) | {"Slug": slug, "Lang": lang.value, "Category": kind, "Only": lang.value}
        text = "".join(f"{key}: {value}\n" for key, value in head.items() if value)
        files[f"{FOLDER}/{kind}/{slug}.{lang.value}.md"] = f"{text}\n{CONTENTS.sub('', body).strip()}\n"
    return Imported(files=files, tags=tags, left_out=left_out, problems=tuple(problems))


def registry(tags: Mapping[str, Text]) -> str:
    """Entries of the registry of tags."""
    lines = (
        f"- {{slug: {_quoted(slug)}, name: {{{', '.join(f'{lang.value}: {_quoted(name[lang])}' for lang in Lang)}}}}}\n"
        for slug, name in sorted(tags.items())
    )
    return "".join(lines)


def _parted(source: str) -> tuple[dict[str, str], str]:
    """A post's metadata, keys in lower case, and its prose."""
    values: dict[str, str] = {}
    lines = source.splitlines(keepends=True)
    while lines and (match := METADATA.fullmatch(lines[0].rstrip("\r\n"))):
        values[match["key"].lower()] = match["value"]
        del lines[0]
    return values, "".join(lines)


def _lacks(values: Mapping[str, str], name: str) -> Iterator[Problem]:
    for key in NEEDED:
        if not values.get(key):
            yield Problem(code="post-lacks", place=Place(file=name, line=1, column=1), params={"key": key.title()})
    if values.get("date") and not is_day(values["date"][:10]):
        place = Place(file=name, line=list(values).index("date") + 1, column=7)
        yield Problem(code="news-date", place=place, params={"found": values["date"]})


def _head(values: Mapping[str, str], body: str, tags: list[str]) -> dict[str, str]:
    changed = next((values[key][:10] for key in MODIFIED if is_day(values.get(key, "")[:10])), "")
    return {
        "Title": values["title"],
        "Date": values["date"][:10],
        "Modified": changed,
        "Tags": ", ".join(tags),
        "Summary": values.get("summary", "") or _summary(body) or values["title"],
        "Status": DRAFT if values.get("status", "").lower() in HIDDEN else PUBLISHED,
    }


def _summary(body: str) -> str:
    """The first paragraph of prose, without its markup; empty where there is none."""
    for paragraph in re.split(r"\n\s*\n", CONTENTS.sub("", body)):
        if paragraph.strip() and not NO_PROSE.match(paragraph):
            words = " ".join(MARKUP.sub(lambda match: match[1] or "", paragraph).split())
            return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    return ""


def _tag(name: str, tags: dict[str, Text]) -> str:
    """A tag's slug, from now on among the tags; one without Latin letters is named by its hash."""
    # No line of YAML can hold what is not printable.
    name = "".join(sign if sign.isprintable() else " " for sign in name).strip() or "–"
    slug = _latin(name) or f"t-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
    tags.setdefault(slug, Text(dict.fromkeys(Lang, name)))
    return slug


def _slug(stem: str, taken: Callable[[str], bool]) -> str:
    wanted = _latin(stem) or f"post-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"
    slug, count = wanted, 1
    while taken(slug):
        count += 1
        slug = f"{wanted}-{count}"
    return slug


def _latin(words: str) -> str:
    """Words as a slug where they are Latin ones; else empty."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") if words.isascii() else ""


def _quoted(words: str) -> str:
    # A JSON string is a YAML string.
    return json.dumps(words, ensure_ascii=False)
