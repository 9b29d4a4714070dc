from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frictionless
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form
from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.core.safe import SafeTable
from xinqiao.dashboard.package import fingerprint, sizes, table_csv, write_package
from xinqiao.dashboard.released import read_package, read_whole

CERTIFICATE = {"audited": True, "method": "linear programme"}
Maker = Callable[..., tuple[SafeTable, ...]]


@pytest.fixture
def written(tmp_path: Path, form: Form, make_tables: Maker) -> Path:
    folder = tmp_path / "released"
    write_package(folder, form, make_tables(hidden=0.1), CERTIFICATE)
    return folder


@given(
    seed=st.integers(0, 10_000),
    size=st.integers(0, 400),
    hidden=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    threshold=st.integers(5, 12),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tables_come_back_as_they_went(
    tmp_path_factory: pytest.TempPathFactory,
    form: Form,
    make_tables: Maker,
    seed: int,
    size: int,
    hidden: float,
    threshold: int,
) -> None:
    tables = make_tables(seed, size, hidden, threshold)
    folder = tmp_path_factory.mktemp("round") / "trip"
    write_package(folder, form, tables, CERTIFICATE)
    assert read_package(folder) == tables


def test_frictionless_finds_the_package_valid(written: Path) -> None:
    report = frictionless.validate(str(written / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    assert len(report.tasks) == len(list(written.glob("*.csv"))) == 3


def test_a_csv_has_the_fixed_columns(written: Path) -> None:
    rows = list(csv.DictReader((written / "by-role.csv").read_text("utf-8").splitlines()))
    assert list(rows[0]) == ["role", "measure", "category", "value", "status"]
    assert rows[0] == {"role": "*", "measure": "n", "category": "", "value": "240", "status": "shown"}
    assert all((row["value"] == "") is (row["status"] == "suppressed") for row in rows)
    assert {row["status"] for row in rows} == {"shown", "suppressed"}


def test_same_tables_give_the_same_bytes(tmp_path: Path, form: Form, make_tables: Maker) -> None:
    for name in ("one", "two"):
        write_package(tmp_path / name, form, make_tables(), CERTIFICATE)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_codebook_says_what_the_form_says_of_the_tables(written: Path, form: Form) -> None:
    book: Any = read_whole(written).codebook
    asked = {question["name"]: question for question in book["questions"]}
    known = {question.name: question for question in form.questions}
    assert asked
    for name, question in asked.items():
        choices = [(choice["name"], choice.get("score")) for choice in question.get("choices", [])]
        assert choices == [(choice.name, choice.score) for choice in known[name].choices]
    summarized = {measure.of for summary in form.summaries for measure in summary.measures if measure.of}
    assert {*asked, *(scale["name"] for scale in book["scales"])} >= summarized
    assert {item for scale in book["scales"] for item in scale["items"]} <= set(asked)


def test_a_codebook_names_nothing_that_its_tables_do_not(tmp_path: Path, form: Form, make_tables: Maker) -> None:
    write_package(tmp_path / "aside", form, make_tables()[-1:], CERTIFICATE)
    assert read_whole(tmp_path / "aside").codebook == {"questions": [], "scales": []}


def test_a_package_written_before_there_were_codebooks_is_read(written: Path, form: Form, make_tables: Maker) -> None:
    edit(written, lambda whole: whole["xinqiao"].pop("codebook"))
    package = read_whole(written)
    assert (package.tables, package.codebook) == (make_tables(hidden=0.1), None)


def test_sizes_are_those_of_the_files(written: Path) -> None:
    assert sizes(written)["audit.json"] == len((written / "audit.json").read_bytes())
    assert set(sizes(written)) == {path.name for path in written.iterdir()}


def test_generated_data_say_so_in_descriptor_and_workbook(tmp_path: Path, form: Form, make_tables: Maker) -> None:
    folder = tmp_path / "demo"
    write_package(folder, form, make_tables(), CERTIFICATE, demonstration=True)
    whole = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert whole["xinqiao"]["demonstration"] is True
    assert "enerated" in whole["description"]
    first = openpyxl.load_workbook(folder / "summary.xlsx").worksheets[0]
    assert "演示数据" in first["A1"].value
    assert "Demonstration data" in first["A1"].value


def test_the_workbook_has_a_sheet_for_each_table_and_a_codebook(written: Path, form: Form) -> None:
    book = openpyxl.load_workbook(written / "summary.xlsx")
    assert book.sheetnames[1:-1] == ["overall", "by-role", "_quarantine"]
    names = {row[0] for row in book.worksheets[-1].iter_rows(min_row=2, values_only=True)}
    assert names == {question.name for question in form.questions if question.countable}


def test_an_earlier_package_is_replaced_as_a_whole(written: Path, form: Form, make_tables: Maker) -> None:
    tables = make_tables(seed=9)[:1]
    write_package(written, form, tables, CERTIFICATE)
    assert read_package(written) == tables
    assert {path.name for path in written.iterdir()} == {
        "datapackage.json",
        "overall.csv",
        "summary.xlsx",
        "audit.json",
    }
    assert list(written.parent.iterdir()) == [written]


def test_a_run_that_was_stopped_while_swapping_leaves_the_earlier_package(
    written: Path, form: Form, make_tables: Maker
) -> None:
    written.rename(written.with_name(f".{written.name}.old"))
    write_package(written, form, make_tables(seed=2), CERTIFICATE)
    assert read_package(written) == make_tables(seed=2)
    assert list(written.parent.iterdir()) == [written]


@pytest.mark.parametrize("stranger", ["answers.csv", "thesis.docx", "datapackage.json"])
def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, form: Form, make_tables: Maker, stranger: str) -> None:
    (tmp_path / stranger).write_text("mine")
    problem = failure(write_package, tmp_path, form, make_tables(), CERTIFICATE)
    assert problem == ("package-folder-taken", ExitCode.USAGE)
    assert (tmp_path / stranger).read_text() == "mine"


def test_a_folder_below_a_file_cannot_be_written(tmp_path: Path, form: Form, make_tables: Maker) -> None:
    (tmp_path / "file").write_text("mine")
    problem = failure(write_package, tmp_path / "file" / "new", form, make_tables(), CERTIFICATE)
    assert problem == ("package-unwritable", ExitCode.USAGE)


def test_the_root_is_left_alone(form: Form, make_tables: Maker) -> None:
    problem = failure(write_package, Path("/"), form, make_tables(), CERTIFICATE)
    assert problem == ("package-folder-taken", ExitCode.USAGE)


def test_tables_of_another_form_are_refused(tmp_path: Path, form: Form, make_tables: Maker) -> None:
    tables = tuple(changed(table, form="barometer") for table in make_tables())
    problem = failure(write_package, tmp_path / "new", form, tables, CERTIFICATE)
    assert problem == ("summary-other-form", ExitCode.CONTENT)
    assert list(tmp_path.iterdir()) == []


def test_a_dimension_may_not_have_the_name_of_a_fixed_column(tmp_path: Path, form: Form, make_tables: Maker) -> None:
    table = make_tables()[1]
    dimensions = tuple(changed(dimension, name="value") for dimension in table.dimensions)
    problem = failure(write_package, tmp_path / "new", form, [changed(table, dimensions=dimensions)], CERTIFICATE)
    assert problem == ("package-column-taken", ExitCode.CONTENT)


# What a reader must notice.


def test_a_changed_cell_is_noticed(written: Path) -> None:
    path = written / "overall.csv"
    path.write_text(path.read_text("utf-8").replace("n,,240,shown", "n,,241,shown"), "utf-8")
    assert failure(read_package, written) == ("package-file-changed", ExitCode.UNSAFE)


@pytest.mark.parametrize("name", ["audit.json", "summary.xlsx", "by-role.csv"])
def test_every_file_is_checked(written: Path, name: str) -> None:
    content = (written / name).read_bytes()
    (written / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert failure(read_package, written) == ("package-file-changed", ExitCode.UNSAFE)


@pytest.mark.parametrize("name", ["audit.json", "summary.xlsx", "by-role.csv", "datapackage.json"])
def test_a_missing_file_is_noticed(written: Path, name: str) -> None:
    (written / name).unlink()
    assert failure(read_package, written) == ("package-missing", ExitCode.UNSAFE)


def test_a_tampered_hash_is_noticed(written: Path) -> None:
    edit(written, lambda whole: whole["resources"][0].update(hash="sha256:" + "0" * 64), seal=False)
    assert failure(read_package, written) == ("package-descriptor-changed", ExitCode.UNSAFE)


def test_a_laxer_policy_is_noticed(written: Path) -> None:
    edit(written, lambda whole: whole["resources"][0]["xinqiao"]["policy"].update(threshold=6), seal=False)
    assert failure(read_package, written) == ("package-descriptor-changed", ExitCode.UNSAFE)


def test_another_version_of_the_format_is_refused(written: Path) -> None:
    edit(written, lambda whole: whole["xinqiao"].update(format=2))
    assert failure(read_package, written) == ("package-version", ExitCode.UNSAFE)


def test_a_policy_below_the_floor_is_refused_even_where_all_checksums_hold(written: Path) -> None:
    edit(written, lambda whole: whole["resources"][0]["xinqiao"]["policy"].update(threshold=2))
    assert failure(read_package, written) == ("package-cell", ExitCode.UNSAFE)


def test_a_cell_below_the_threshold_is_refused_even_where_all_checksums_hold(written: Path) -> None:
    edit(written, lambda whole: whole["resources"][0]["xinqiao"]["policy"].update(threshold=100))
    assert failure(read_package, written) == ("package-cell", ExitCode.UNSAFE)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda whole: whole["resources"][0].update(path="../overall.csv"),
        lambda whole: whole["resources"][0].update(path=5),
        lambda whole: whole["resources"][0].pop("hash"),
        lambda whole: whole["resources"][0]["xinqiao"].pop("policy"),
        lambda whole: whole["resources"][0]["xinqiao"].update(title={"zh": "只有中文"}),
        lambda whole: whole["resources"][0]["xinqiao"].update(dimensions=[{}]),
        lambda whole: whole["resources"][0]["xinqiao"]["policy"].update(threshold="5"),
        lambda whole: whole.update(resources={}),
    ],
)
def test_a_descriptor_built_otherwise_is_refused(written: Path, break_it: Callable[[Any], object]) -> None:
    edit(written, break_it)
    assert failure(read_package, written) == ("package-unreadable", ExitCode.UNSAFE)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"xinqiao": 1}', b"\xff\xfe", b'{"resources": []}'])
def test_a_descriptor_that_is_none_is_refused(written: Path, content: bytes) -> None:
    (written / "datapackage.json").write_bytes(content)
    assert failure(read_package, written) == ("package-unreadable", ExitCode.UNSAFE)


@given(place=st.integers(0, 10**9), flip=st.integers(1, 255))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_flipped_byte_goes_unnoticed(written: Path, place: int, flip: int) -> None:
    files = sorted(written.iterdir())
    path = files[place % len(files)]
    content = bytearray(path.read_bytes())
    at = place % len(content)
    content[at] ^= flip
    original, honest = path.read_bytes(), read_package(written)
    path.write_bytes(bytes(content))
    try:
        # A changed blank between two keys of the descriptor is no change of what it says.
        assert read_package(written) == honest
        assert path.name == "datapackage.json"
        assert json.loads(bytes(content)) == json.loads(original)
    except XinqiaoError as error:
        assert error.exit_code is ExitCode.UNSAFE
    finally:
        path.write_bytes(original)


def test_a_suppressed_cell_has_no_value_in_the_csv(make_tables: Maker) -> None:
    for table in make_tables(hidden=0.4):
        rows = list(csv.reader(table_csv(table).decode().splitlines()))[1:]
        for cell, row in zip(table.cells, rows, strict=True):
            assert row[-2] == ("" if cell.value is None else str(cell.value))


def edit(folder: Path, change: Callable[[Any], object], seal: bool = True) -> None:
    """Changes the descriptor, as somebody would who also knows how to renew its fingerprint (`seal`)."""
    path = folder / "datapackage.json"
    whole = json.loads(path.read_text("utf-8"))
    change(whole)
    if seal:
        whole["xinqiao"]["sha256"] = fingerprint(whole)
    path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def failure(do: Callable[..., object], *args: object) -> tuple[str, ExitCode]:
    with pytest.raises(XinqiaoError) as caught:
        do(*args)
    return caught.value.problems[0].code, caught.value.exit_code


def changed(thing: Any, **fields: object) -> Any:
    kept = {name: getattr(thing, name) for name in type(thing).__slots__}
    return type(thing)(**{**kept, **fields})
