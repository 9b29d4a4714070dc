"""A question and its answer for everyone: written by the counsellor, checked, laid down as a page in each language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path

from xinqiao.care.case import Case
from xinqiao.core.form import Purpose
from xinqiao.core.identifiers import identifiers
from xinqiao.core.problem import Problem, refuse
from xinqiao.core.question import Role
from xinqiao.core.text import Lang

# The answer by which a sender agrees to be quoted, reworded.
CONSENT, YES = "publish", "yes"
# So many characters in a row, blanks apart, are the sender's own words.
RUN = 12
# So many Latin letters say as much as one Chinese character.
LETTERS = 3
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,9}")
FIELDS = ("slug", "title_zh", "question_zh", "answer_zh", "title_en", "question_en", "answer_en")
FOLDER = "questions"
HEADINGS = {Lang.ZH: ("问", "答"), Lang.EN: ("Question", "Answer")}
CHINESE = re.compile("[\u4e00-\u9fff]")


def agreed(case: Case) -> bool:
    """Whether the sender of a question agreed that it is published reworded."""
    return case.form.purpose is Purpose.QUESTION and case.submission.answers.get(CONSENT) == YES


def sent_words(case: Case) -> tuple[str, ...]:
    """What the sender wrote in words of their own, contacts among it."""
    own = {question.name for question in case.form.questions if question.role in {Role.FREE_TEXT, Role.CONTACT}}
    given = case.submission.answers
    return tuple(words for name in own if isinstance(words := given.get(name), str) and words.strip())


def faults(case: Case, given: Mapping[str, str]) -> Iterator[tuple[str, Problem]]:
    """Field and problem of everything that keeps a page from being made."""
    if not agreed(case):
        yield "slug", Problem(code="publish-not-agreed")
    if not SLUG.fullmatch(given["slug"]):
        yield "slug", Problem(code="publish-slug")
    for field in FIELDS[1:]:
        words = given[field]
        if not words.strip():
            yield field, Problem(code="publish-empty")
        elif _of_other_language(words, field):
            yield field, Problem(code="publish-other-language")
        for kind in dict.fromkeys(found.identifier for found in identifiers(words)):
            params = {"kind_zh": kind.label[Lang.ZH], "kind_en": kind.label[Lang.EN]}
            yield field, Problem(code="publish-identifier", params=params)
        if any(_run(words, own) >= RUN for own in sent_words(case)):
            yield field, Problem(code="publish-verbatim", params={"run": RUN})


def _of_other_language(words: str, field: str) -> bool:
    """Whether a Chinese field holds nothing Chinese, or an English one much of it."""
    chinese = len(CHINESE.findall(words))
    return chinese == 0 if field.endswith(Lang.ZH.value) else chinese > len(words) // 5


def write_pages(root: Path, given: Mapping[str, str]) -> tuple[Path, ...]:
    """Writes the page of each language below `docs/`; nothing that exists is overwritten.

    Raises XinqiaoError: publish-exists, output-unwritable.
    """
    paths = {lang: root / "docs" / lang.value / FOLDER / f"{given['slug']}.md" for lang in Lang}
    if any(path.exists() for path in paths.values()):
        raise refuse("publish-exists", name=given["slug"])
    for lang, path in paths.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_page(given, lang), encoding="utf-8")
        except OSError as error:
            raise refuse("publish-unwritable", reason=error.strerror or type(error).__name__) from None
    return tuple(paths.values())


def _page(given: Mapping[str, str], lang: Lang) -> str:
    title, question, answer = (_plain(given[f"{part}_{lang.value}"]) for part in ("title", "question", "answer"))
    asked, answered = HEADINGS[lang]
    title = " ".join(title.split())
    front = "\n".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in {"title": title, "description": " ".join(question.split())[:120], "page_type": "page"}.items()
    )
    return (
        f"---\n{front}\n---\n\n# {title}\n\n<!-- help-bar -->\n\n"
        f"## {asked} {{ #question }}\n\n{question}\n\n## {answered} {{ #answer }}\n\n{answer}\n"
    )


def _plain(words: str) -> str:
    """Words without what Markdown or HTML would take for its own at a line's beginning or as a tag."""
    lines = (line.strip() for line in words.replace("\r\n", "\n").split("\n"))
    escaped = (re.sub(r"([<>&])", lambda sign: {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[sign[1]], one) for one in lines)
    return "\n".join(re.sub(r"^(#+ )", r"\\\1", line) for line in escaped).strip()


def _run(words: str, own: str) -> int:
    """How many characters in a row two texts share, blanks and punctuation apart; a Latin letter counts a third."""
    first, second = (re.sub(r"[\W_]+", "", text).lower() for text in (words, own))
    found = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    shared = first[found.a : found.a + found.size]
    chinese = len(CHINESE.findall(shared))
    return chinese + (len(shared) - chinese) // LETTERS
