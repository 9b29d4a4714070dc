"""Tables of others: known leaks of the field are found, safe patterns pass, no wrong file is judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from described import describe, dimension, of_case, table, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st
from published import case, crossed, flat, rows
from worlds_by_hand import worlds

from xinqiao.core.problem import ExitCode, XinqiaoError
from xinqiao.safety.others.attack import Attacked, How, attack
from xinqiao.safety.others.descriptor import read_descriptor


@pytest.fixture(scope="module")
def cases(real_data: Path) -> Path:
    return real_data / "disclosure-cases"


def attacked(path: Path) -> Attacked:
    return attack(read_descriptor(path))


def groups(path: Path) -> set[str]:
    return {found.group for found in attacked(path).findings}


@pytest.mark.parametrize(("name", "exact"), [("unsafe_gauss_plain_t50.json", 2), ("unsafe_sdcTable_OPT_t5.json", 11)])
def test_patterns_of_known_tools_are_rejected(cases: Path, tmp_path: Path, name: str, exact: int) -> None:
    of = case(cases, name)
    result = attacked(of_case(tmp_path, of, of.told["suppressed"], of.told["k"]))
    known = {
        tuple((f"d{at}", code) for at, code in enumerate(cell) if code != "Total")
        for cell in of.told["expected_exact_interval_primaries"]
    }
    assert len(known) == exact
    assert known <= {found.levels for found in result.findings if found.how is How.FOLLOWS and found.exact}
    assert all(found.place.line > 1 for found in result.findings)


def test_a_proof_adds_up_to_the_group_that_it_proves(cases: Path, tmp_path: Path) -> None:
    of = case(cases, "unsafe_sdcTable_OPT_t5.json")
    result = attacked(of_case(tmp_path, of, of.told["suppressed"], 5))
    names = [axis.name for axis in of.lattice.axes]

    def value(levels: tuple[tuple[str, str], ...]) -> int:
        return int(of.truth[of.lattice.numbers([[dict(levels).get(name, "Total") for name in names]])[0]])

    proved = [found for found in result.findings if found.equal and not found.beside]
    assert proved
    for found in proved:
        assert sum(step.times * value(step.levels) for step in found.equal) == value(found.levels)


SSB = {
    "z1_freq": ("region", "hovedint", "ant", {}),
    "z2_freq": ("region", "hovedint", "ant", ["fylke", "kostragr"]),
    "d2_formula": ("region", "main_income", "freq", ["k_group"]),
}


@pytest.mark.parametrize("name", SSB)
def test_patterns_of_a_statistics_office_pass(cases: Path, tmp_path: Path, name: str) -> None:
    unit, kind, value, above = SSB[name]
    given_rows = rows(cases / f"ssb_{name}_in.csv")
    parents = {row[unit]: [row[tree] for tree in above] for row in given_rows} if above else {}
    (tmp_path / "t.csv").write_bytes((cases / f"ssb_{name}_expected.csv").read_bytes())
    path = describe(
        tmp_path,
        dimension(unit, parents=parents),
        dimension(kind),
        table("t.csv", [unit, kind], value=value, status="suppressed", hidden=["TRUE"]),
        k=4,
    )
    result = attacked(path)
    assert (result.findings, result.undone) == ((), 0)
    assert result.tested > 100 and result.hidden >= 6


def test_three_axes_of_a_statistics_office_pass(cases: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes((cases / "ssb_incremental_time_expected.csv").read_bytes())
    axes = (dimension("quarter", "quarter_Q1_Q2"), dimension("main_income"), dimension("size"))
    sheet = table("t.csv", ["quarter", "main_income", "size"], status="suppressed", hidden=["TRUE"])
    assert attacked(describe(tmp_path, *axes, sheet, k=4)).findings == ()


@pytest.mark.parametrize("name", ["kdis", "directdis"])
def test_a_pattern_against_shared_answers_is_judged_by_what_it_shows(cases: Path, tmp_path: Path, name: str) -> None:
    """These patterns let small counts stand on purpose: the audit names them all the same."""
    (tmp_path / "t.csv").write_bytes((cases / f"ssb_mun_accidents_{name}_expected.csv").read_bytes())
    sheet = table("t.csv", ["mun", "inj"], status="suppressed", hidden=["TRUE"])
    found = attacked(describe(tmp_path, dimension("mun"), dimension("inj"), sheet, k=2)).findings
    assert {(one.group, one.how) for one in found} == {("mun=k4 · inj=light", How.OPEN), ("mun=k5", How.OPEN)}


def test_margins_of_two_tables_give_a_cell_away(cases: Path, tmp_path: Path) -> None:
    first, second = json.loads((cases / "acro_margin_linkage.json").read_text(encoding="utf-8"))["releases"]
    bands = [name if name != "All" else "Total" for name in first["cols"]]
    told = [
        [row, band, "" if value is None else value]
        for row, line in [*zip(first["rows"], first["cells"], strict=True), ("Total", first["All"])]
        for band, value in zip(bands, line, strict=True)
    ]
    write_csv(tmp_path / "band.csv", ["class", "band", "freq"], told)
    by_sex = [
        [row, {"All": "Total"}.get(sex, sex), value]
        for row, line in zip(second["rows"], second["cells"], strict=True)
        for sex, value in zip(second["cols"], line, strict=True)
    ]
    write_csv(tmp_path / "sex.csv", ["class", "sex", "freq"], by_sex)
    axes = [dimension("class"), dimension("band"), dimension("sex")]
    sheets = [table("band.csv", ["class", "band"], totals=False), table("sex.csv", ["class", "sex"])]
    # The totals of the first only add up what is left: as they stand, the two contradict each other.
    with pytest.raises(XinqiaoError) as caught:
        attacked(describe(tmp_path, *axes, sheets[0].replace("totals = false", ""), sheets[1]))
    assert "audit-figures-differ" in {problem.code for problem in caught.value.problems}
    assert {problem.place.file for problem in caught.value.problems} <= {
        str(tmp_path / f) for f in ("band.csv", "sex.csv")
    }
    assert "class=A · band=sev" in groups(describe(tmp_path, *axes, *sheets))


def test_a_table_minus_one_of_its_parts_gives_the_rest_away(cases: Path, tmp_path: Path) -> None:
    linked = json.loads((cases / "opensafely_docs_differencing.json").read_text(encoding="utf-8"))["linked"]
    for name in ("all", "male"):
        told = [
            [age, ill, n] for age, pair in linked[name].items() for ill, n in zip(("yes", "Total"), pair, strict=True)
        ]
        write_csv(tmp_path / f"{name}.csv", ["age", "ill", "freq"], told)
    path = describe(
        tmp_path,
        dimension("age", None),
        dimension("ill", codes=["yes", "no"]),
        dimension("sex", codes=["male", "female"]),
        table("all.csv", ["age", "ill"]),
        table("male.csv", ["age", "ill"], levels={"sex": "male"}),
    )
    assert {"age=21-30 · sex=female", "age=21-30 · ill=yes · sex=female"} <= groups(path)


def test_one_hidden_figure_of_a_column_is_found(cases: Path, tmp_path: Path) -> None:
    single = json.loads((cases / "opensafely_docs_differencing.json").read_text(encoding="utf-8"))["single"]
    pairs = zip([*single["rows"], "Total"], [*single["disease"], single["total"][0]], strict=True)
    write_csv(tmp_path / "t.csv", ["age", "freq"], [[age, "[REDACTED]" if n is None else n] for age, n in pairs])
    path = describe(tmp_path, dimension("age"), table("t.csv", ["age"], hidden=["[REDACTED]"]))
    (found,) = [one for one in attacked(path).findings if not one.beside]
    assert (found.group, found.how, found.exact, found.place.line) == ("age=21-30", How.FOLLOWS, True, 2)
    assert [(step.times, step.levels) for step in found.equal] == [
        (1, ()),
        *((-1, (("age", age),)) for age in ("31-40", "41-50", "51+")),
    ]


def test_single_respondents_hidden_beside_each_other_are_found_by_what_is_left(cases: Path, tmp_path: Path) -> None:
    told = json.loads((cases / "sdctools_issue135_three_singletons.json").read_text(encoding="utf-8"))
    of = crossed([flat("var1", "12"), flat("var2", "ABHMW")], {(str(a), b): n for a, b, n in told["rows"]})
    k = told["primary_max"] + 1
    small = [codes for codes, at in zip(of.lattice.names(), of.truth, strict=True) if 0 < at < k]
    finest = [codes for codes in small if "Total" not in codes]
    assert groups(of_case(tmp_path, of, finest, k)) == {"var2=A", "var2=B", "var1=1 · var2=B"}
    # With their margins gone as well nobody outside finds them singly; the three together still are few.
    assert groups(of_case(tmp_path, of, small, k)) == set()
    assert "var1=1 · var2≠H" in groups(of_case(tmp_path, of, small, 5))


def test_newcomers_between_releases_are_found(tmp_path: Path) -> None:
    for release, counts in enumerate(((10, 20, 30), (12, 28, 40)), 1):
        write_csv(tmp_path / f"{release}.csv", ["kind", "freq"], zip(("x", "y", "Total"), counts, strict=True))
    sheets = [table(f"{release}.csv", ["kind"], release=release) for release in (1, 2)]
    (found,) = attacked(describe(tmp_path, dimension("kind"), *sheets)).findings
    assert (found.group, found.since, found.release) == ("kind=x", "1", "2")
    assert "相减" in found.problem().message("zh")


def test_what_all_of_a_group_share_is_found_where_it_is_sensitive(tmp_path: Path) -> None:
    told = [["a", "yes", 12], ["a", "no", 0], ["a", "Total", 12], ["b", "yes", 20], ["b", "no", 30], ["b", "Total", 50]]
    write_csv(tmp_path / "t.csv", ["unit", "ill", "freq"], told)
    parts = [dimension("unit", None), table("t.csv", ["unit", "ill"])]
    assert groups(describe(tmp_path, *parts, dimension("ill"))) == set()
    (found,) = attacked(describe(tmp_path, *parts, dimension("ill", sensitive=True))).findings
    assert (found.how, found.group) == (How.SHARED, "unit=a · ill=yes")


def test_hidden_figures_that_follow_are_counted_though_nobody_is_few(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["kind", "freq"], [["x", ""], ["y", 20], ["z", 40], ["Total", 80]])
    result = attacked(describe(tmp_path, dimension("kind"), table("t.csv", ["kind"])))
    assert (result.findings, result.undone) == ((), 1)


@given(st.lists(st.integers(0, 4), min_size=6, max_size=6), st.lists(st.booleans(), min_size=12, max_size=12))
@settings(max_examples=25)
def test_the_attack_says_what_counting_out_all_worlds_says(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], keep: list[bool]
) -> None:
    of = crossed(
        [flat("d0", "abc"), flat("d1", "xy")], dict(zip([(a, b) for a in "abc" for b in "xy"], counts, strict=True))
    )
    seen = np.where(np.array(keep), of.truth, -1)
    seen[0] = of.truth[0]
    hidden = [codes for codes, value in zip(of.lattice.names(), seen, strict=True) if value < 0]
    every = worlds(of.lattice, seen)
    small = (every.min(axis=0) >= 1) & (every.max(axis=0) < 3)
    wanted = {codes for codes, is_small in zip(of.lattice.names(), small, strict=True) if is_small}
    found = attacked(of_case(tmp_path_factory.mktemp("worlds"), of, hidden, 3)).findings
    assert {
        tuple(dict(one.levels).get(name, "Total") for name in ("d0", "d1")) for one in found if not one.beside
    } == wanted


GOOD = "kind,freq\nx,20\ny,40\nTotal,60\n"
USUAL = (dimension("kind"), table("t.csv", ["kind"]))
Change = Callable[[str], str]
FAULTS: dict[str, tuple[str | bytes, tuple[str, ...], str, int]] = {
    "column lacks": ("sort,freq\nx,1\n", USUAL, "audit-column-missing", 1),
    "column twice": ("kind,freq,freq\nx,1,1\n", USUAL, "audit-column-twice", 1),
    "row twice": (GOOD + "x,20\n", USUAL, "audit-row-repeated", 5),
    "no whole number": (GOOD.replace("40", "40.5"), USUAL, "audit-figure", 3),
    "below nothing": (GOOD.replace("40", "-4"), USUAL, "audit-figure", 3),
    "huge": (GOOD.replace("40", "4" * 40), USUAL, "audit-figure", 3),
    "total differs": (GOOD.replace("60", "61"), USUAL, "audit-total-differs", 4),
    "parts exceed": ("kind,freq\nx,20\ny,\nTotal,10\n", USUAL, "audit-total-differs", 4),
    "no total": ("kind,freq\nx,20\ny,40\n", USUAL, "audit-code-unseen", 2),
    "code unknown": (GOOD, (dimension("kind", codes=["x"]), USUAL[1]), "audit-code-unknown", 3),
    "code empty": (GOOD.replace("y,", ","), USUAL, "audit-code-unknown", 3),
    "parent of nobody": (GOOD, (dimension("kind", parents={"q": "x"}), USUAL[1]), "audit-code-unseen", 2),
    "ring": (GOOD, (dimension("kind", parents={"x": "y", "y": "x"}), USUAL[1]), "audit-parents-ring", 2),
    "row short": (GOOD + "z\n", USUAL, "audit-row-length", 5),
    "quote": (GOOD + '"z,1\n', USUAL, "audit-csv-unreadable", 5),
    "empty": ("", USUAL, "audit-file-empty", 0),
    "head only": ("kind,freq\n", USUAL, "audit-file-empty", 0),
    "not text": (b"kind,freq\n\xff\xfe,1\n", USUAL, "audit-encoding", 0),
    "zeros": (b"kind,freq\n\x00\x00,1\n", USUAL, "audit-csv-unreadable", 2),
    "file lacks": (GOOD, (USUAL[0], table("u.csv", ["kind"])), "audit-file-unreadable", 0),
    "file is a folder": (GOOD, (USUAL[0], table(".", ["kind"])), "audit-file-unreadable", 0),
    "key unknown": (GOOD, (*USUAL, "nonsense = 1"), "audit-key-unknown", 10),
    "key of another kind": (GOOD, (USUAL[0], table("t.csv", ["kind"], release="one")), "audit-key-kind", 9),
    "dimension unknown": (GOOD, (USUAL[0], table("t.csv", ["sort"])), "audit-dimension-unknown", 8),
    "dimension unused": (GOOD, (*USUAL, dimension("sex")), "audit-dimension-unused", 10),
    "dimension twice": (GOOD, (USUAL[0], table("t.csv", ["kind"], levels={"kind": "x"})), "audit-dimension-twice", 9),
    "encoding unknown": (GOOD, (USUAL[0], table("t.csv", ["kind"], encoding="martian")), "audit-encoding-unknown", 9),
    "delimiter": (GOOD, (USUAL[0], table("t.csv", ["kind"], delimiter="ab")), "audit-key-kind", 9),
    "status without marks": (GOOD, (USUAL[0], table("t.csv", ["kind"], status="s")), "audit-key-missing", 5),
    "no TOML": (GOOD, ("[dimensions\n",), "audit-toml-unreadable", 2),
    "no tables": (GOOD, (USUAL[0],), "audit-key-missing", 0),
    "too small a k": (GOOD, ("k = 3",), "audit-toml-unreadable", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_judged_is_told_with_its_place(tmp_path: Path, fault: str) -> None:
    content, parts, code, line = FAULTS[fault]
    (tmp_path / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(XinqiaoError) as caught:
        attacked(describe(tmp_path, *parts))
    problems = {problem.code: problem for problem in caught.value.problems}
    assert code in problems
    assert caught.value.exit_code is ExitCode.UNSAFE
    place = problems[code].place
    assert place.line == line
    assert str(tmp_path) in place.file


def test_tables_that_contradict_each_other_as_a_whole_are_refused(tmp_path: Path) -> None:
    """No single total is wrong; only all of them together cannot be."""
    told = [["x", "Total", 1], ["y", "Total", 9], ["Total", "F", 8], ["Total", "M", 2], ["x", "M", 2]]
    write_csv(tmp_path / "t.csv", ["kind", "sex", "freq"], [*told, ["Total", "Total", 10]])
    with pytest.raises(XinqiaoError) as caught:
        attacked(describe(tmp_path, dimension("kind"), dimension("sex"), table("t.csv", ["kind", "sex"])))
    assert caught.value.problems[0].code in {"audit-contradiction", "audit-total-differs"}


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_no_text_at_all_ends_in_anything_but_problems(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "t.csv").write_text(text, encoding="utf-8", errors="replace", newline="")
    for path in (describe(folder, *USUAL), folder / "t.csv"):
        try:
            attacked(path)
        except XinqiaoError as error:
            assert error.exit_code is ExitCode.UNSAFE
