"""What the receiver answers where it takes nothing: one status a reason, the words in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping

from xinqiao.core.problem import Problem, XinqiaoError
from xinqiao.core.text import Lang

STATUS: Mapping[str, int] = {
    "submit-incomplete": 400,
    "submit-unreadable": 400,
    "submit-early": 403,
    "submit-unknown-form": 404,
    "submit-unknown-address": 404,
    "submit-wrong-method": 405,
    "submit-too-slow": 408,
    "submit-closed": 410,
    "submit-over": 410,
    "submit-too-large": 413,
    "submit-wrong-type": 415,
    "submit-unsealed": 422,
    "submit-too-many": 429,
    "submit-day-full": 429,
    "submit-failed": 500,
    "submit-not-stored": 503,
}
# Where the body was not read to its end, nothing else can come on this connection.
CUT_OFF = frozenset({"submit-too-slow", "submit-too-large"})


def told(error: XinqiaoError) -> Problem:
    """What a sender is told: of the store's troubles only that the answer was not kept."""
    problem = error.problems[0]
    if problem.code.startswith("store-"):
        return Problem(code="submit-not-stored")
    return Problem(code="submit-unsealed") if problem.code.startswith("envelope-") else problem


def words(problem: Problem) -> bytes:
    """The body of a refusal: code, Chinese, English, as JSON."""
    said = {"code": problem.code, "zh": problem.message(Lang.ZH), "en": problem.message(Lang.EN)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
