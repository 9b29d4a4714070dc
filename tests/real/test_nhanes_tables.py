"""NHANES, three cycles: safe tables by gender and age group, through `summarize` and past `audit`.

Figures before protection are those of the data's SOURCE.md; every shown cell is counted again here, by other means.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page
from tests.dashboard.looks import check_looks

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode
from xinqiao.dashboard.released import read_package
from xinqiao.forms.read import read_form

SET = "nhanes-phq9-2011-2016"
BANDS = {"severe": 20, "moderately-severe": 15, "moderate": 10, "mild": 5, "minimal": 0}
AGES = {"65_up": 65, "55_64": 55, "45_54": 45, "35_44": 35, "25_34": 25, "under_25": 0}


class Cycle(NamedTuple):
    rows: int
    complete: int
    mean: str
    bands: tuple[int, ...]  # from minimal to severe
    men: int
    women: int


CYCLES = {
    "2011_2012": Cycle(5615, 4925, "3.2", (3747, 738, 253, 127, 60), 2483, 2442),
    "2013_2014": Cycle(5924, 5372, "3.3", (4016, 845, 316, 138, 57), 2585, 2787),
    "2015_2016": Cycle(5735, 5134, "3.2", (3825, 894, 258, 102, 55), 2508, 2626),
}
Line = tuple[str, str, int | None]  # gender, age group, score


def given(file: Path) -> list[Line]:
    """Who gave which score, straight from the file."""
    lines: list[Line] = []
    with file.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            items = [row[f"DPQ0{number}0"] for number in range(1, 10)]
            score = sum(map(int, items)) if all(item in set("0123") for item in items) else None
            age = next(name for name, least in AGES.items() if int(row["RIDAGEYR"]) >= least)
            lines.append(("male" if row["RIAGENDR"] == "1" else "female", age, score))
    return lines


@pytest.fixture(scope="module")
def packages(root: Path, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The package of each cycle, as the command writes it."""
    folder = tmp_path_factory.mktemp("nhanes")
    form, data = root / "tests" / "real" / "nhanes.yml", real_data / SET
    for cycle in CYCLES:
        file = data / f"nhanes_dpq_demo_{cycle}.csv"
        words = ["summarize", str(form), str(file), "--output", str(folder / cycle), "--project", str(root)]
        result = CliRunner().invoke(main, words)
        assert result.exit_code == ExitCode.DONE, result.output
    return {cycle: folder / cycle for cycle in CYCLES}


def table(package: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((package / f"{name}.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("cycle", CYCLES)
def test_the_figures_of_all_are_those_of_the_source(packages: dict[str, Path], cycle: str) -> None:
    source = CYCLES[cycle]
    found = {(row["measure"], row["category"]): row["value"] for row in table(packages[cycle], "overall")}
    banded = "distribution(band(phq9))"
    expected = dict(zip([(banded, band) for band in reversed(BANDS)], map(str, source.bands), strict=True))
    assert found == {
        **expected,
        (banded, "_none"): str(source.rows - source.complete),
        ("n", ""): str(source.rows),
        ("n(phq9)", ""): str(source.complete),
        ("mean(phq9)", ""): source.mean,
    }
    by_gender = {row["gender"]: row["value"] for row in lines_of(packages[cycle], "n(phq9)") if row["age_group"] == "*"}
    assert by_gender == {"*": str(source.complete), "male": str(source.men), "female": str(source.women)}


def lines_of(package: Path, measure: str) -> list[dict[str, str]]:
    return [row for row in table(package, "by-gender-and-age") if row["measure"] == measure]


def true_value(people: list[Line], row: dict[str, str]) -> int | Decimal:
    inside = [p for p in people if row["gender"] in ("*", p[0]) and row["age_group"] in ("*", p[1])]
    scores = [score for _, _, score in inside if score is not None]
    if row["measure"] == "n":
        return len(inside)
    if row["measure"] == "n(phq9)":
        return len(scores)
    if row["measure"] == "mean(phq9)":
        mean = round(Fraction(sum(scores), len(scores)), 1)
        return Decimal(mean.numerator) / mean.denominator
    bands = Counter(next(band for band, low in BANDS.items() if score >= low) for score in scores)
    return len(inside) - len(scores) if row["category"] == "_none" else bands[row["category"]]


@pytest.mark.parametrize("cycle", CYCLES)
def test_every_shown_cell_is_true_and_every_small_one_hidden(
    packages: dict[str, Path], real_data: Path, cycle: str
) -> None:
    people = given(real_data / SET / f"nhanes_dpq_demo_{cycle}.csv")
    rows = table(packages[cycle], "by-gender-and-age")
    assert len(rows) == 3 * 7 * 9  # genders and age groups with their totals; n, n(phq9), mean, five bands, _none
    for row in rows:
        true = true_value(people, row)
        if row["status"] == "shown":
            assert Decimal(row["value"]) == true
        small = isinstance(true, int) and 1 <= true < 10
        assert not small or row["status"] == "suppressed"
    hidden = [row for row in rows if row["status"] == "suppressed"]
    assert {row["measure"] for row in hidden} <= {"distribution(band(phq9))", "mean(phq9)"}
    # 38 to 49 are hidden of 189, none of them a figure of all.
    assert len(hidden) <= 60
    assert not [row for row in hidden if (row["gender"], row["age_group"]) == ("*", "*")]


@pytest.mark.parametrize("cycles", [[cycle] for cycle in CYCLES] + [list(CYCLES)], ids="+".join)
def test_the_audit_finds_nobody(root: Path, packages: dict[str, Path], cycles: list[str]) -> None:
    folders = [str(packages[cycle]) for cycle in cycles]
    result = CliRunner().invoke(main, ["audit", *folders, "--json", "--project", str(root)])
    document = json.loads(result.stdout)
    assert (result.exit_code, document["groups_found"]) == (ExitCode.DONE, 0)
    # Three groups of people: cumulative they cannot be, so each is judged alone.
    assert document["groups_tested"] > 1000 * len(cycles)


def test_their_page_is_small_and_axe_finds_no_fault(page: Page, root: Path, packages: dict[str, Path]) -> None:
    form = read_form(root / "tests" / "real" / "nhanes.yml")
    check_looks(page, root, form, read_package(packages["2011_2012"]))
