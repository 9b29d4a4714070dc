"""Where in the file a problem stands that the form has as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path as FilePath

from xinqiao.core.problem import Place, Problem
from xinqiao.forms.shape import as_text
from xinqiao.forms.yaml_lines import Document, Path, read_yaml

KEY_OF = {"round-base": "base", "dp-epsilon": "epsilon", "dp-by": "by"}
NOT_A_MENTION = {"name", "label", "labels", "title", "hint", "type", "source", "licence"}


def rows(document: Document, part: str) -> range:
    """The indexes of what stands in a list of the file."""
    value = document.get((part,))
    return range(len(value)) if isinstance(value, list) else range(0)


def written(document: Document) -> dict[str, list[Path]]:
    """Where the parts of each name stand, whether they could be used or not."""
    parts: dict[str, list[Path]] = {}
    for part in ("survey", "scales", "derived", "summaries"):
        for at in rows(document, part):
            parts.setdefault(str(as_text(document.get((part, at, "name")))), []).append((part, at))
    return parts


def place_of(file: FilePath, name: str) -> Place:
    """Where the part of that name stands in a form file that could be read."""
    document = read_yaml(file)
    found = written(document).get(name, [()])[0]
    return document.place((*found, "name") if found else (), name)


def place_of_case(file: FilePath, at: int, key: str) -> Place:
    """Where what a scoring case says under a key stands, or the case itself; `at` counts from 0."""
    document = read_yaml(file)
    return document.place(("cases", at, key), str(document.get(("cases", at, "scale"))))


def in_file(document: Document, problems: tuple[Problem, ...], made: set[str]) -> Iterator[Problem]:
    """The form's problems at their lines, without those that only follow from a part already refused.

    made: the names of the parts that were not.
    """
    parts = written(document)
    unread = {str(one.params["form"]) for one in document.problems if one.code in {"pair-form-unknown", "pair-several"}}
    twice: Counter[str] = Counter()
    for problem in problems:
        name = str(problem.params.get("name", ""))
        match problem.code:
            case "name-unknown" | "name-twice" if _follows(problem.code, name, parts, made, unread):
                continue
            case "item-unscored" if _faulty_choices(document, parts[name]):
                continue
            case "form-empty" if rows(document, "survey"):
                if not document.problems:
                    yield replace(problem, place=document.place(("survey",)))
            case "form-empty" | "form-unsealed":
                path: Path = ("survey",) if problem.code == "form-empty" else ("seal_to",)
                yield replace(problem, place=document.place(path))
            case "name-twice":
                twice[name] += 1
                found = parts[name]
                place = document.place((*found[min(twice[name], len(found) - 1)], "name"), name)
                yield replace(problem, place=place)
            case "danger-not-item" | "danger-unreachable":
                key = "item" if problem.code == "danger-not-item" else "at_least"
                path = (*parts[problem.place.question][0], "danger", key)
                yield replace(problem, place=document.place(path, problem.place.question))
            case "by-twice" | "hierarchy-short" | "hierarchy-unrelated" | "hierarchy-differs" | "week-taken":
                path = (*parts[problem.place.question][0], "by")
                yield replace(problem, place=document.place(path, problem.place.question))
            case "strategy-key" | "round-base" | "dp-epsilon" | "dp-by":
                own = parts[problem.place.question][0]
                key = str(problem.params.get("key", KEY_OF.get(problem.code)))
                path = (*own, key) if document.get((*own, key)) is not None else (*own, "strategy")
                yield replace(problem, place=document.place(path, problem.place.question))
            case _ if not problem.place.question:
                yield _of_whole(document, problem)
            case _:
                yield _mentioned(document, problem, parts.get(problem.place.question, []))


def _follows(code: str, name: str, parts: Collection[str], made: Collection[str], unread: Collection[str]) -> bool:
    """Whether a problem with a name only follows from another that is told."""
    if code == "name-twice":
        # Made by the or_other of a question that itself stands twice.
        return name not in parts
    return (name in parts and name not in made) or name.partition(".")[0] in unread


def _faulty_choices(document: Document, questions: list[Path]) -> bool:
    """Whether a choice of one of these questions has been refused already, perhaps for how its score is written."""
    lists = {str(document.get((*path, "type"))).split()[-1] for path in questions}
    return any(path[:1] == ("choices",) and path[1] in lists for path in document.faulty)


def _of_whole(document: Document, problem: Problem) -> Problem:
    """A problem of no part of the form, where it is mentioned; that of a version where `versions` names it last."""
    if problem.code != "change-version":
        return _mentioned(document, problem, [("file",), ("versions",)])
    since = problem.params["since"]
    named = [at for at in rows(document, "versions") if document.get(("versions", at, "since")) == since]
    return replace(problem, place=document.place(("versions", named[-1], "since")))


def _mentioned(document: Document, problem: Problem, candidates: list[Path]) -> Problem:
    """A problem at the first mention of what it is about, within the parts of that name."""
    needle = str(problem.params.get("measure") or problem.params.get("name", ""))
    word = re.compile(rf"(?<![\w.-]){re.escape(needle)}(?![\w.-])")
    question = problem.place.question
    for part in candidates:
        for path in document.values:
            if path[: len(part)] != part or NOT_A_MENTION & {*path[2:]}:
                continue
            value = document.get(path)
            found = word.search(value) if isinstance(value, str) else None
            if found or (isinstance(value, str) and value.replace(" ", "") == needle):
                place = document.place(path, question, offset=found.start() if found else None)
                return replace(problem, place=place)
    path = (*candidates[0], "name") if candidates else ()
    return replace(problem, place=document.place(path, question))
