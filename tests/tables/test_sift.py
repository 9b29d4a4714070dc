"""A large file is told apart exactly as a small one is: the same rows, the same findings, the same scores."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.change import Revision
from xinqiao.core.derived import Derived, DerivedLevel
from xinqiao.core.expression import Expression
from xinqiao.core.foreign import ForeignFile
from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.question import BadAnswer, Choice, Kind, Question, Role, Section, Steps
from xinqiao.core.record import ScoredRow
from xinqiao.core.scale import Method, Scale
from xinqiao.core.summary import Measure, SummarySpec
from xinqiao.core.text import Lang, Text
from xinqiao.forms.schema import table_schema
from xinqiao.tables import batches, engine
from xinqiao.tables import sift as sifting
from xinqiao.tables.cells import PADDING, ByteCells, split
from xinqiao.tables.coding import Coded
from xinqiao.tables.faults import alone, places
from xinqiao.tables.file import Record
from xinqiao.tables.known import known
from xinqiao.tables.read import read_file
from xinqiao.tables.reading import Reading
from xinqiao.tables.score import scorer
from xinqiao.tables.sift import sift
from xinqiao.tables.tally import Sifted, counted_names
from xinqiao.tables.validate import Validated, validate

Files = Callable[[bytes], Path]


def words(text: str) -> Text:
    return Text.of(zh=text, en=text)


def ask(name: str, kind: Kind, **parts: Any) -> Question:
    return Question(name=name, kind=kind, label=words(name), **parts)


def choices(*names: str, **parts: Any) -> tuple[Choice, ...]:
    return tuple(Choice(name=name, label=words(name), **parts) for name in names)


MOOD = tuple(
    Choice(name=name, label=words(name), score=score, column_value=spellings)
    for name, score, spellings in (("1", 1, ("Very low", "很低落")), ("2", 2, ()), ("3", 4, ("Good", "7")))
)
QUESTIONS = (
    ask("unit", Kind.TEXT, role=Role.DIMENSION, column="班级"),
    ask("mood", Kind.SELECT_ONE, choices=MOOD, required=True, missing=("99",)),
    ask("sleep", Kind.SELECT_ONE, choices=MOOD, on_bad_answer=BadAnswer.CELL),
    ask("hours", Kind.INTEGER, constraint=Expression(". >= 0 and . <= 24 and . != 13"), missing=("-1",)),
    ask("age", Kind.INTEGER),
    ask("twice", Kind.CALCULATE, calculation=Expression("${hours} * 2")),
    ask("topics", Kind.SELECT_MULTIPLE, choices=choices("study", "sleep", "family")),
    ask(
        "family", Kind.SELECT_ONE, choices=choices("good", "bad"), relevant=Expression("selected(${topics}, 'family')")
    ),
    ask("why", Kind.TEXT, role=Role.FREE_TEXT, required=True, relevant=Expression("${mood} = 1 or ${twice} > 40")),
    ask("again", Kind.TEXT, role=Role.FREE_TEXT, relevant=Expression("not(${why} = '')")),
    ask("tens", Kind.RANGE, steps=Steps(start=Decimal(0), end=Decimal(50), step=Decimal(10))),
    ask("halves", Kind.RANGE, steps=Steps(start=Decimal("0.5"), end=Decimal("2.5"), step=Decimal("0.5"))),
    ask("weight", Kind.DECIMAL, constraint=Expression(". > ${hours}")),
    ask("born", Kind.DATE, constraint=Expression(". <= today()")),
    ask("slept", Kind.TIME),
    ask("seen", Kind.ACKNOWLEDGE),
    ask("sure", Kind.SELECT_ONE, choices=choices("yes", "no"), required=True),
    ask("place", Kind.SELECT_ONE, choices=choices("home", "campus")),
    ask(
        "room",
        Kind.SELECT_ONE,
        choices=(
            Choice(name="kitchen", label=words("k"), attributes=(("in", "home"),)),
            Choice(name="library", label=words("l"), attributes=(("in", "campus"),)),
        ),
        choice_filter=Expression("in = ${place}"),
    ),
)
NAMES = [question.column or question.name for question in QUESTIONS if question.answered]


def summary(by: Sequence[str], *measures: str) -> SummarySpec:
    parsed = tuple(known for text in measures if (known := Measure.parse(text)))
    return SummarySpec(name="all", title=words("all"), by=tuple(by), measures=parsed)


@pytest.fixture(scope="module")
def wide(form: Form) -> Form:
    """A form with every kind of question and rule, scales and derived levels."""
    strain = Scale(
        name="strain", title=words("s"), items=("mood", "sleep", "hours"), method=Method.MEAN,
        reversed_items=("mood",), missing_items=1,
    )  # fmt: skip
    total = Scale(name="total", title=words("t"), items=("mood", "hours"), method=Method.SUM)
    grades = Derived(
        name="band", label=words("band"), source="age",
        levels=(DerivedLevel(name="young", label=words("y")), DerivedLevel(name="old", label=words("o"), low=30)),
    )  # fmt: skip
    measures = ("n", "mean(strain)", "mean(total)", "distribution(mood)", "distribution(topics)", "n(tens)")
    return replace(
        form,
        sections=(Section(name="all", title=None, questions=QUESTIONS),),
        scales=(strain, total),
        derived=(grades,),
        summaries=(summary(("unit", "band"), *measures),),
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder, numbers = tmp_path_factory.mktemp("large"), count()

    def written(content: bytes) -> Path:
        path = folder / f"{next(numbers)}.csv"
        path.write_bytes(content)
        return path

    return written


def whole(form: Form, path: Path) -> Validated:
    return validate(form, table_schema(form, Lang.EN), read_file(path, form))


def in_pieces(form: Form, path: Path) -> Sifted:
    found = sift(path, form, table_schema(form, Lang.EN))
    assert found is not None
    return found


def spoken(form: Form, rows: Sequence[ScoredRow]) -> Counter[str]:
    """How many rows say the same of what the summaries speak of."""
    counted = counted_names(form)
    names = [*counted, *(made.name for made in form.derived if made.source in counted)]
    told = ([row.scores.get(name, row.row.values.get(name)) for name in names] for row in rows)
    return Counter(map(repr, told))


def agree(form: Form, path: Path) -> Sifted:
    """Both ways of reading a file say the same of it."""
    slow, fast = whole(form, path), in_pieces(form, path)
    assert json.dumps(fast.as_json()) == json.dumps(slow.as_json())
    scored = [scorer(form)(row) for _, row in slow.rows]
    assert spoken(form, list(fast.tally.rows())) == spoken(form, scored)
    assert fast.tally.ends == tuple(f(slow.days.values()) for f in (min, max) if slow.days)
    return fast


def sheet(rows: Sequence[Mapping[str, str]], quoting: Any = csv.QUOTE_MINIMAL) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=quoting, lineterminator="\n")
    writer.writerows([NAMES, *([row.get(name, "") for name in NAMES] for row in rows)])
    return target.getvalue().encode()


CELLS = {
    "班级": ["一班", "二班", " 一班 ", ""],
    "mood": ["1", "2", "3", "Very low", "很低落", "Good", "7.0", "99", "", "awful", "２"],
    "sleep": ["1", "2", "", "never"],
    "hours": ["8", "8.0", "08", "24", "25", "13", "-1", "", "x", "٣", "1e1", "９"],
    "age": ["19", "45", "", "1000", "1001", "-2000", "9" * 20],
    "topics": ["", "study", "study family", "family study", "family", "money", "study study"],
    "family": ["", "good", "odd"],
    "why": ["", "because", " "],
    "again": ["", "more"],
    "tens": ["", "0", "50", "55", "10.0"],
    "halves": ["", "0.5", "2.50", "3"],
    "weight": ["", "60.5", "3", "NaN", "1,5"],
    "born": ["", "2001-02-03", "2001/2/3", "2001-02-30", "2999-01-01"],
    "slept": ["", "08:30", "8:30", "25:00"],
    "seen": ["", "OK", "yes"],
    "sure": ["", "no", "perhaps", " "],
    "place": ["", "home", "campus"],
    "room": ["", "kitchen", "library"],
}
SOUND = {
    "班级": "一班", "mood": "2", "sleep": "1", "hours": "8", "age": "19", "topics": "study family", "family": "good",
    "tens": "50", "place": "campus", "room": "library", "slept": "08:30",
    "sure": "yes",
}  # fmt: skip
# Rows that are sound but for a few cells; most files are so, and it is there that the two ways part.
CHANGE = st.sampled_from([(name, cell) for name, cells in CELLS.items() for cell in cells])
ROW = st.lists(CHANGE, max_size=3).map(lambda changes: {**SOUND, **dict(changes)})


# Most of an example's time goes into compiling the form, so that few with many rows find more than many with few.
@settings(deadline=None, max_examples=5)
@given(st.lists(ROW, min_size=20, max_size=60))
def test_every_row_gets_the_same_verdict_and_score(wide: Form, files: Files, rows: list[dict[str, str]]) -> None:
    agree(wide, files(sheet(rows)))


def test_what_is_plainly_sound_is_never_judged_word_by_word(
    wide: Form, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files(sheet([{**SOUND, "mood": "Good", "hours": "8.0"}] * 50))
    monkeypatch.setattr(sifting.Sieve, "judge", lambda _, records: pytest.fail() if list(records) else None)
    assert in_pieces(wide, path).usable == 50


@pytest.mark.parametrize(("highest", "width"), [(126, "int8"), (127, "int16")])
def test_a_code_is_as_wide_as_its_question_has_answers(form: Form, files: Files, highest: int, width: str) -> None:
    """The last answer that fits, and the first that does not, are themselves; so are the faults below all answers."""
    asked = ask("points", Kind.INTEGER, constraint=Expression(f". >= 0 and . <= {highest}"), required=True)
    scale = Scale(name="sum", title=words("s"), items=("points",), method=Method.SUM)
    short = replace(
        form,
        sections=(Section(name="all", title=None, questions=(asked,)),),
        scales=(scale,),
        derived=(),
        summaries=(summary((), "n", "mean(sum)"),),
    )
    cells = [*map(str, range(highest + 3)), "x", "-1", " "]
    found = agree(short, files("\n".join(["points,more", *(f"{cell}," for cell in cells)]).encode()))
    assert found.usable == highest + 1
    assert found.tally.counts[(highest,)] == 1
    reading = Reading.of(short, [asked], Record(number=0, cells=("points",)), "")
    assert known(short, reading.spellings)["points"].width == width


def test_faults_that_change_nothing_else_are_told_by_their_codes(
    wide: Form, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = [{"sure": ""}, {"sure": "perhaps", "slept": "25:00"}, {"age": "old"}, {"seen": "yes", "sure": " "}]
    path = files(sheet([SOUND, *({**SOUND, **cells} for cells in faulty)] * 3))
    expected = whole(wide, path).as_json()
    monkeypatch.setattr(sifting.Sieve, "judge", lambda _, records: pytest.fail() if list(records) else None)
    found = in_pieces(wide, path)
    assert json.dumps(found.as_json()) == json.dumps(expected)
    assert found.quarantined == 12


def test_a_question_that_an_expression_hears_of_is_judged_with_its_row(wide: Form) -> None:
    told = {"mood": "", "sure": "answer-required"}
    names = alone(wide, lambda name, _: told.get(name, ""))
    assert names == ("unit", "age", "tens", "halves", "weight", "born", "slept", "seen", "sure")


@pytest.mark.parametrize("most", [1, 10**6], ids=["often", "once"])
def test_groups_of_many_batches_are_counted_once(
    wide: Form, files: Files, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    form = replace(wide, file=ForeignFile(date_column="slept"))
    monkeypatch.setattr(engine, "MOST_HELD", most)
    monkeypatch.setattr(sifting, "AT_ONCE", 1)
    monkeypatch.setattr(batches, "ROWS", 3)
    days = ["2026-05-18", "2026-05-24", "2025-01-01"]
    rows = [{**SOUND, "slept": day, "mood": mood} for day in days for mood in ("1", "2", "3") for _ in range(2)]
    agree(form, files(sheet(rows, quoting=csv.QUOTE_ALL)))


@pytest.mark.parametrize(
    ("numbers", "wanted", "found"),
    [([], [3], []), ([5, 6], [], []), ([5, 6, 8], [1, 6, 7, 8, 9], [1, 2]), ([5], [9], [])],
)
def test_rows_are_found_by_their_numbers(numbers: list[int], wanted: list[int], found: list[int]) -> None:
    at = places(np.array(numbers, dtype=np.int64), np.array(wanted, dtype=np.int64))
    assert at.tolist() == found


def test_expressions_are_sure_where_they_hold_and_where_they_do_not(wide: Form, files: Files) -> None:
    found = agree(
        wide,
        files(
            sheet(
                [
                    {**SOUND, "mood": "1"},  # why is asked then
                    {**SOUND, "hours": "21"},  # by the calculate too
                    {**SOUND, "topics": "study"},  # family is not asked
                    {**SOUND, "topics": "family study"},
                    {**SOUND, "place": "home"},  # no such room there
                    {**SOUND, "place": "home", "room": "kitchen"},
                ]
            )
        ),
    )
    assert found.counts == {
        ("answer-required", "why"): 2, ("answer-irrelevant", "family"): 1, ("answer-outside", "room"): 1,
    }  # fmt: skip


ROWS = [SOUND, {**SOUND, "mood": "awful"}, {**SOUND, "班级": "二班", "why": "x"}] * 3
TEXT = sheet(ROWS)


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        b"\xef\xbb\xbf" + TEXT,
        TEXT.decode().encode("gb18030"),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.replace(b"\n", b"\r"),
        TEXT + b"\n\n\n",
        TEXT.replace(b"\n", b"\r\n") + b"\r\n\r\n",
        TEXT.replace(b"\n", b"\n\n", 3),
        b"\n \n" + TEXT,
        TEXT.rstrip(),
        sheet(ROWS, quoting=csv.QUOTE_ALL),
        sheet([{**SOUND, "mood": "1", "why": "one, two\nthree \"four\""}, SOUND]),
        TEXT + b"a,b\n" + TEXT[TEXT.index(b"\n") + 1 :],
        TEXT + b"," * 40 + b"\n",
        TEXT + b"," * (len(NAMES) - 1) + b"\n" + b" ," * (len(NAMES) - 1) + b"\n",
        TEXT.replace(b",", b";"),
        TEXT.replace(b",", b"\t"),
        TEXT.replace("班级".encode(), b"room", 1),
        sheet([{**SOUND, "again": "x" * 70_000, "why": "y"}]),
        TEXT[: TEXT.index(b"\n") + 1],
    ],
    ids=[
        "utf-8", "marked", "gb18030", "windows", "old-mac", "blank-end", "blank-end-windows", "blank-lines",
        "blank-start", "no-last-end", "all-quoted", "quoted-lines", "short", "long", "empty-rows", "semicolons",
        "tabs", "header-twice", "very-long", "no-rows",
    ],
)  # fmt: skip
def test_files_as_they_come_are_read_alike(wide: Form, files: Files, content: bytes) -> None:
    agree(wide, files(content))


@pytest.mark.parametrize(
    "content",
    [
        TEXT + TEXT.decode().encode("gb18030"),
        TEXT + b'"open,' + TEXT,
        TEXT.decode().encode("utf-16"),
        b"PK\x03\x04",
    ],
    ids=["two-encodings", "broken-quotes", "utf-16", "workbook"],
)
def test_what_cannot_be_read_in_pieces_is_left_to_be_read_whole(wide: Form, files: Files, content: bytes) -> None:
    assert sift(files(content), wide, table_schema(wide, Lang.EN)) is None


def test_days_weeks_and_rows_left_out_are_the_same(wide: Form, files: Files) -> None:
    form = replace(
        wide,
        file=ForeignFile(date_column="when", date_format="%Y/%m/%d", keep_if=Expression("${place} = 'campus'")),
        summaries=(summary(("week",), "n"),),
    )
    days = ["2026/05/18", "2026/05/24 10:00", "2026-05-25", "", "soon"]
    header, *rows = TEXT.decode().splitlines()
    lines = [f"{header},when", *(f"{row},{day}" for day in days for row in rows)]
    home = [f"{line.replace('campus', 'home')}" for line in lines[1:]]
    found = agree(form, files("\n".join([*lines, *home]).encode()))
    assert found.counts["row-not-kept", ""] == len(home)
    assert {row.row.values["week"] for row in found.tally.rows()} == {"2026-W21", "2026-W22", None}


def test_a_parquet_file_is_read_as_its_csv_would_be(wide: Form, files: Files, tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    columns: dict[str, Any] = {
        "班级": ["一班", None, "二班"],
        "mood": pa.array(["2", "awful", "Good"]).dictionary_encode(),
        "hours": pa.array([8, 9, None], pa.int32()),
        "tens": [10.0, 20.0, 15.0],
        "sure": ["yes", "yes", "no"],
        "extra": [True, False, None],
    }
    pa.parquet.write_table(pa.table(columns), path)
    found = agree(wide, path)
    assert found.usable == 1
    csv_path = files(
        "班级,mood,hours,tens,sure,extra\n一班,2,8,10,yes,TRUE\n,awful,9,20,yes,FALSE\n二班,Good,,15,no,\n".encode()
    )
    assert found.as_json() == in_pieces(wide, csv_path).as_json()


@pytest.mark.parametrize("damage", ["cut", "nested"])
def test_a_parquet_file_that_cannot_be_read_is_refused(wide: Form, files: Files, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "answers.parquet"
    table = pa.table({"mood": pa.array(["2"] * 100)} | ({"list": [[1]] * 100} if damage == "nested" else {}))
    pa.parquet.write_table(table, path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    for read in (whole, in_pieces):
        with pytest.raises(XinqiaoError) as refused:
            read(wide, path)
        assert [problem.code for problem in refused.value.problems] == ["parquet-broken"]


def counted_by(table: Validated | Sifted) -> Counter[str]:
    return Counter({code: count for (code, _), count in table.counts.items()})


@pytest.mark.parametrize("at_once", [1, 10**6], ids=["batch by batch", "together"])
def test_rows_that_say_the_same_are_counted_and_used(
    wide: Form, files: Files, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(sifting, "AT_ONCE", at_once)
    monkeypatch.setattr(batches, "BLOCK", 200)
    form = replace(wide, file=ForeignFile(date_column="born", keep_if=Expression("not(${place} = 'home')")))
    rows = [
        {**SOUND, "born": "2001-02-03"},
        {**SOUND, "born": "2001-02-04"},
        {**SOUND, "born": "2001-02-03", "hours": "8.0"},  # the same answer, written otherwise
        {**SOUND, "born": "2001-02-03", "why": "x"},  # judged word by word, as nobody asked
        {**SOUND, "born": "2001-02-03", "why": "x"},
        {**SOUND, "born": "2001-02-03", "mood": "awful"},  # set aside, so it is no repeat
        {**SOUND, "born": "2001-02-03", "mood": "awful"},
        {**SOUND, "born": "2001-02-03", "place": "home", "room": ""},  # left out
        {**SOUND, "born": "2001-02-03", "place": "home", "room": ""},
    ]
    found = agree(form, files(sheet(rows)))
    assert (counted_by(found)["row-repeated"], found.usable) == (2, 5)


def test_in_a_short_form_people_may_answer_alike(form: Form, files: Files) -> None:
    path = files("班级,mood\n一班,2\n一班,2\n".encode())
    assert not counted_by(whole(form, path))["row-repeated"]
    assert not counted_by(in_pieces(form, path))["row-repeated"]


@pytest.mark.parametrize("at_once", [1, 10**6], ids=["batch by batch", "together"])
def test_of_one_respondent_the_first_usable_row_counts(
    wide: Form, files: Files, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(sifting, "AT_ONCE", at_once)
    monkeypatch.setattr(batches, "BLOCK", 200)
    form = replace(wide, file=ForeignFile(id_column="again"))
    who = ["a1", "", "b2", "A 1", "c3", "c3", "b2", "", "d4", "d4"]
    broken = {4, 8}  # of c3 and d4 the first cannot be used
    rows = [{**SOUND, "again": each, "mood": "awful" if at in broken else "2"} for at, each in enumerate(who)]
    found = agree(form, files(sheet(rows)))
    repeated = [finding.row for finding in found.findings if finding.code == "id-repeated"]
    assert repeated == [4, 7]
    assert found.usable == 6


def test_rows_of_an_earlier_version_are_read_by_what_changed(wide: Form, files: Files) -> None:
    changes = (Revision(since=2, renamed={"weight": "tens"}), Revision(since=3, changed=("sleep",)))
    about = ForeignFile(version_column="age")
    form = replace(wide, version=3, changes=changes, file=about, derived=(), summaries=wide.summaries[:0])
    rows = [
        {**SOUND, "age": "3"},
        {**SOUND, "age": "", "weight": "60.5"},
        {**SOUND, "age": "2", "sleep": ""},
        {**SOUND, "age": "2"},  # sleep was asked otherwise
        {**SOUND, "age": "1.0", "sleep": "", "weight": "20"},  # which is `tens` today
        {**SOUND, "age": "1", "sleep": "", "mood": "awful"},
        {**SOUND, "age": "4"},  # newer than the form
        {**SOUND, "age": "second"},
    ]
    found = agree(form, files(sheet(rows)))
    assert {finding.row: finding.field for finding in found.findings if finding.code == "version-differs"} == {
        4: "sleep", 6: "mood", 7: "", 8: "",
    }  # fmt: skip
    assert counted_by(found)["version-other"] == 4
    kept = dict(whole(form, files(sheet(rows))).rows)
    assert [(kept[at].values["tens"], kept[at].values["weight"]) for at in (2, 3, 5)] == [
        (50, 60.5),
        (50, None),
        (20, None),
    ]


@pytest.mark.parametrize("about", [ForeignFile(id_column="Nr."), ForeignFile(version_column="Nr.")])
def test_a_column_that_the_form_counts_on_has_to_be_there(wide: Form, files: Files, about: ForeignFile) -> None:
    path = files(sheet([SOUND]))
    with pytest.raises(XinqiaoError) as raised:
        whole(replace(wide, file=about), path)
    assert raised.value.problems[0].code in {"id-column-missing", "version-column-missing"}


WORDS = st.text("ab,é班级 \t'", max_size=70).map(lambda text: text.replace("\t", "").strip())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(WORDS, min_size=2, max_size=2), min_size=1, max_size=200), st.sampled_from(["\n", "\r\n"]))
def test_words_of_every_length_are_told_apart_in_bytes(rows: list[list[str]], ending: str) -> None:
    rows = [[cell.replace(",", "") for cell in row] for row in rows]
    data = "".join(",".join(row) + ending for row in rows).encode()
    ends = split(data, ",", 2)
    assert ends is not None
    cells = ByteCells(data=np.frombuffer(data + PADDING, dtype=np.uint8), ends=ends, delimiter=",", encoding="utf-8")
    assert list(cells.rows(np.arange(len(rows)))) == [tuple(row) for row in rows]
    known: dict[str, int] = {}
    for at in (0, 1):
        coded = Coded(lambda word: (known.setdefault(word, len(known)), len(word)), "int32")
        # Once to learn the words, once to know them.
        for _ in range(2):
            codes, marks = coded.of(cells.column(at))
            assert codes.tolist() == [known[row[at]] for row in rows]
            assert marks.tolist() == [len(row[at]) for row in rows]
