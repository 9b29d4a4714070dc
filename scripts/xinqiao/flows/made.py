"""What the editor's page for something new asks for, made by the flows of `xinqiao new`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time

from xinqiao.config import Config
from xinqiao.core.problem import Place, Problem, XinqiaoError, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.flows.new import Asked, new_article, new_event, new_policy, new_recap
from xinqiao.site.editor.serve import Made
from xinqiao.site.events import FOLDER

LONGEST_SLUG = 60


def make(config: Config, given: Mapping[str, str]) -> Made:
    """Drafts of an event, a recap, an article or a note on a policy, from the fields of a form.

    Raises XinqiaoError: as the flows of `xinqiao new`, and new-lacks for what was left empty or is no day or hour.
    """
    kind, titles = given.get("kind", ""), _pair(given, "title")
    match kind:
        case "event":
            slug = _slug(config, given, titles, FOLDER, ".yml")
            outcome = new_event(config, _asked(given, slug, titles))
            entry = f"/collections/events/entries/{slug}"
        case "recap":
            event = given.get("event", "")
            outcome = new_recap(config, event, _text(given, "what"), ready=bool(given.get("ready")))
            entry = f"/collections/recaps/entries/{event}-recap"
        case "article":
            slug = _slug(config, given, titles, "docs/zh/learn", ".md")
            outcome, entry = new_article(config, slug, titles), f"/collections/learn/entries/{slug}"
        case "policy":
            slug = _slug(config, given, titles, "docs/news/policy", ".zh.md")
            outcome, entry = new_policy(config, slug, titles), f"/collections/policy/entries/{slug}"
        case _:
            raise refuse("new-lacks", options="kind")
    files = outcome.document["files"]
    return Made(files=tuple(files) if isinstance(files, list) else (), entry=entry)


def _asked(given: Mapping[str, str], slug: str, titles: Mapping[Lang, str]) -> Asked:
    try:
        capacity = given.get("capacity", "").strip()
        return Asked(
            slug=slug,
            titles=titles,
            places=_pair(given, "place"),
            day=date.fromisoformat(given.get("date", "")),
            start=time.fromisoformat(given.get("start", "")),
            end=time.fromisoformat(given.get("end", "")),
            capacity=int(capacity) if capacity else None,
            registration=given.get("registration", ""),
            feedback=given.get("feedback", ""),
            what=_text(given, "what"),
            ready=bool(given.get("ready")),
        )
    except ValueError:
        raise refuse("new-lacks", options="date, start, end, capacity") from None


def _pair(given: Mapping[str, str], name: str) -> dict[Lang, str]:
    return {lang: given.get(f"{name}_{lang}", "").strip() for lang in Lang}


def _text(given: Mapping[str, str], name: str) -> Text | None:
    """Both languages of a text, or none where both are empty. Raises XinqiaoError (new-lacks) where one is."""
    words = _pair(given, name)
    if not any(words.values()):
        return None
    if not all(words.values()):
        raise XinqiaoError([Problem(code="new-lacks", place=Place(), params={"options": name})])
    return Text(words)


def _slug(config: Config, given: Mapping[str, str], titles: Mapping[Lang, str], folder: str, ending: str) -> str:
    """The name in the address: as given, else of the English title; with a number where it is taken."""
    if wanted := given.get("slug", "").strip():
        return wanted
    made = re.sub(r"[^a-z0-9]+", "-", titles[Lang.EN].lower().replace("'", "")).strip("-")[:LONGEST_SLUG].strip("-")
    slug, count = made or "new", 1
    while (config.root / folder / f"{slug}{ending}").exists():
        count += 1
        slug = f"{made or 'new'}-{count}"
    return slug
