"""Real answers of others: The Carpentries' training feedback, and their attendance list as an import test.

Figures are those that the data's SOURCE.md gives, recomputed there from the file by other means.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page
from tests.dashboard.looks import check_looks

from xinqiao.cli import main
from xinqiao.core.expression import Expression
from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode
from xinqiao.core.question import Kind, Question, Role, Section
from xinqiao.core.record import ScoredRow
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.released import read_package
from xinqiao.forms.read import read_form
from xinqiao.forms.schema import table_schema
from xinqiao.tables.read import read_file
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import Validated, validate

SET = "training-feedback-carpentries"


@pytest.fixture(scope="module")
def form(root: Path) -> Form:
    return read_form(root / "tests" / "real" / "carpentries.yml")


@pytest.fixture(scope="module")
def checked(form: Form, real_data: Path) -> Validated:
    return validate(
        form, table_schema(form, Lang.EN), read_file(real_data / SET / "instructor_training_post.csv", form)
    )


@pytest.fixture(scope="module")
def scored(form: Form, checked: Validated) -> list[ScoredRow]:
    score = scorer(form)
    return [score(row) for _, row in checked.rows]


def test_every_row_of_the_file_is_used(form: Form, checked: Validated) -> None:
    assert (len(checked.rows), checked.quarantined) == (967, 0)
    asked = sum(question.answered for question in form.questions)
    said = [tuple(row.values.items()) for _, row in checked.rows]
    again = len(said) - len(set(said))
    assert checked.counts == {("columns-extra", ""): 41 - asked, ("row-repeated", ""): again}


def test_the_base_of_the_net_promoter_score_with_its_promoters_and_detractors(
    form: Form, scored: list[ScoredRow]
) -> None:
    given = [score for row in scored if (score := row.scores["recommend"]) is not None]
    bands = Counter(band.name for score in given if (band := form.scale("recommend").band(score)))  # type: ignore[arg-type]
    assert len(given) == 889
    assert bands == {"promoter": 501, "passive": 889 - 501 - 71, "detractor": 71}
    assert (min(given), max(given)) == (1, 10)
    assert round(float(sum(given) / len(given)), 4) == 8.5951


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        ("worth", {"5": 474, "4": 343, None: 63, "3": 58, "2": 17, "1": 12}),
        ("welcoming", {"5": 698, "4": 185, None: 58, "3": 15, "1": 9, "2": 2}),
        ("learned", {"5": 581, "4": 292, None: 56, "3": 24, "1": 10, "2": 4}),
        (
            "pace",
            {"just-right": 513, "slightly-slow": 225, "slightly-fast": 133, None: 58, "too-slow": 33, "too-fast": 5},
        ),
    ],
)
def test_answers_in_words_are_counted_as_published(
    checked: Validated, question: str, counts: dict[str | None, int]
) -> None:
    assert Counter(row.values[question] for _, row in checked.rows) == counts


def test_labels_with_no_break_spaces_are_known(checked: Validated) -> None:
    assert Counter(row.values["new_information"] for _, row in checked.rows)["half"] == 300


def test_training_events_are_mostly_small(checked: Validated) -> None:
    sizes = Counter(row.values["member"] for _, row in checked.rows)
    assert len(sizes) == 82  # the rows that name none are one of them
    assert sum(size < 5 for size in sizes.values()) == 16


# ── The attendance list ──

DAYS = [f"day{day}" for day in range(1, 8)]


@pytest.fixture(scope="module")
def attendance_form(form: Form) -> Form:
    def head_count(name: str) -> Question:
        constraint = Expression(". >= 0 and . <= 500")
        return Question(name=name, kind=Kind.INTEGER, label=Text.of(zh=name, en=name), constraint=constraint)

    slug = Question(name="slug", kind=Kind.TEXT, label=form.title, role=Role.DIMENSION, required=True)
    section = Section(name="all", title=None, questions=(slug, head_count("registered"), *map(head_count, DAYS)))
    return replace(form, id="attendance", sections=(section,), scales=(), summaries=())


def test_two_head_counts_that_are_no_numbers_are_set_aside_and_the_rest_is_used(
    attendance_form: Form, real_data: Path
) -> None:
    raw = read_file(real_data / SET / "workshop_attendance.csv", attendance_form)
    checked = validate(attendance_form, table_schema(attendance_form, Lang.EN), raw)
    assert (len(checked.rows), checked.quarantined, raw.dropped) == (296, 2, 0)
    assert checked.counts == {("answer-type", "registered"): 2}  # "27-22-20" and "52.45.40"
    both = [
        (registered, came)
        for _, row in checked.rows
        if isinstance(registered := row.values["registered"], int) and isinstance(came := row.values["day1"], int)
    ]
    assert len(both) == 234
    assert (sum(registered for registered, _ in both), sum(came for _, came in both)) == (7620, 6037)
    assert sum(came > registered for registered, came in both) == 2


def test_the_list_as_ragged_as_it_came_is_read_without_a_traceback(
    attendance_form: Form, real_data: Path, tmp_path: Path
) -> None:
    """The copy beside the repository was squared up to nine cells; here each row ends at its last figure again."""
    with (real_data / SET / "workshop_attendance.csv").open(encoding="utf-8", newline="") as source:
        header, *rows = csv.reader(source)
    shorn = [row[: max(at for at, cell in enumerate(row, 1) if cell.strip())] for row in rows]
    ragged = tmp_path / "ragged.csv"
    with ragged.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([header[:4], *shorn, []])
    widths = Counter("used" if len(row) == 4 else "row-short" if len(row) < 4 else "row-long" for row in shorn)
    raw = read_file(ragged, attendance_form)
    checked = validate(attendance_form, table_schema(attendance_form, Lang.EN), raw)
    assert len(checked.rows) == widths["used"]
    assert checked.reasons == {code: widths[code] for code in ("row-short", "row-long")}
    assert len(checked.rows) + checked.quarantined + raw.dropped == 298 + 1
    assert {field for code, field in checked.counts if code == "column-absent"} == {
        "day3",
        "day4",
        "day5",
        "day6",
        "day7",
    }


def test_their_page_is_small_and_axe_finds_no_fault(page: Page, root: Path, real_data: Path, tmp_path: Path) -> None:
    path = root / "tests" / "real" / "carpentries.yml"
    words = ["summarize", str(path), str(real_data / SET / "instructor_training_post.csv")]
    result = CliRunner().invoke(main, [*words, "--output", str(tmp_path / "tables"), "--project", str(root)])
    assert result.exit_code == ExitCode.DONE, result.output
    check_looks(page, root, read_form(path), read_package(tmp_path / "tables"))
