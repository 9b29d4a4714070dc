"""`xinqiao region`: what colleges have released, merged, and everything that is not merged, with its reason."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xinqiao.cli import main
from xinqiao.core.problem import ExitCode
from xinqiao.dashboard.package import DESCRIPTOR, fingerprint

FORM = """\
settings: {{form_id: course, version: {version}, purpose: survey, title: {{zh: 小调查, en: Survey}}}}
consent: {{zh: 同意, en: Agreed}}
survey:
  - {{type: select_one units, name: unit, role: dimension, required: true, label: {{zh: 班, en: Class}}}}
  - {{type: select_one role, name: role, role: dimension, required: true, label: {{zh: 角色, en: Role}}}}
  - {{type: select_one often, name: use, required: true, label: {{zh: 有用, en: Useful}}}}
  - {{type: select_one often, name: later, label: {{zh: 以后, en: Later}}}}
choices:
  role: [{{name: a, label: {{zh: 甲, en: A}}}}, {{name: b, label: {{zh: 乙, en: B}}}}]
  often:
    - {{name: "0", score: 0, label: {{zh: 从不, en: {never}}}}}
    - {{name: "1", score: 1, label: {{zh: 有时, en: Sometimes}}}}
    - {{name: "2", score: {most}, label: {{zh: 常常, en: Often}}}}
summaries:
  - name: by-role
    title: {{zh: 按角色, en: By role}}
    by: [role]
    audience: public
    measures: [n, distribution(use), mean(use)]
  - name: by-unit
    title: {{zh: 按班, en: By class}}
    by: [unit]
    audience: public
    measures: [n, distribution(use), "share(later >= 1)"]
seal_to: [aggregation]
retention: {{days: 30}}
"""
SIZES = {"north": 400, "south": 300, "west": 250}


def project(root: Path, folder: Path, units: Sequence[str], **changed: object) -> Path:
    """A portal with these units and the form."""
    (folder / "forms").mkdir(parents=True)
    shutil.copytree(root / "overrides" / "assets", folder / "overrides" / "assets")
    settings = (root / "portal.toml").read_text(encoding="utf-8").split("# Classes, each with its grade")[0]
    blocks = [
        f'[[units]]\nname = "{unit}"\nlabel = {{ zh = "{unit}", en = "{unit}" }}\ngrade = "2026"\n' for unit in units
    ]
    threshold = changed.pop("threshold", 5)
    settings = re.sub(r"^threshold = 5$", f"threshold = {threshold}", settings, flags=re.MULTILINE)
    (folder / "portal.toml").write_text(settings + "\n".join(blocks), encoding="utf-8")
    form = FORM.format(**{"version": 1, "never": "Never", "most": 2, **changed})
    (folder / "forms" / "course.yml").write_text(form, encoding="utf-8")
    return folder


def answers(units: Sequence[str], size: int, seed: str) -> list[dict[str, str]]:
    chance = random.Random(seed)  # noqa: S311 - a repeatable invention
    return [
        {
            "unit": units[at % len(units)],
            "role": chance.choices("ab", (6, 1))[0],
            "use": chance.choices("012", (1, 6, 12))[0],
            "later": chance.choices(("0", "1", "2", ""), (3, 4, 4, 1))[0],
        }
        for at in range(size)
    ]


def run(*args: str | Path) -> tuple[int, dict[str, Any], str]:
    result = CliRunner().invoke(main, [*map(str, args), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout), result.stderr


def released(root: Path, folder: Path, name: str, units: Sequence[str], size: int, **changed: object) -> Path:
    """A college's package, in a folder of its name."""
    portal = project(root, folder / f"{name}-portal", units, **changed)
    rows = answers(units, size, name)
    with (portal / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, list(rows[0])).writeheader()
        csv.DictWriter(file, list(rows[0])).writerows(rows)
    code, document, said = run(
        "summarize", "course", portal / "answers.csv", "--output", folder / name / "course", "--project", portal
    )
    assert code == ExitCode.DONE, (document, said)
    return folder / name


@pytest.fixture(scope="module")
def region_of(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three colleges' packages and the portal of their region."""
    folder = tmp_path_factory.mktemp("region")
    for name, size in SIZES.items():
        released(root, folder, name, [f"{name}-{number}" for number in (1, 2)], size)
    project(root, folder / "portal", ["none"])
    return folder


@pytest.fixture
def region(region_of: Path, tmp_path: Path) -> Path:
    shutil.copytree(region_of, tmp_path / "region")
    return tmp_path / "region"


def merged(region: Path, *names: str, output: str = "out", portal: str = "portal") -> tuple[int, dict[str, Any], str]:
    folders = [region / name for name in names or SIZES]
    return run("region", *folders, "--output", region / output, "--project", region / portal)


def figures(folder: Path, table: str) -> Mapping[tuple[str, ...], str]:
    """(level of each dimension…, measure, category) → value, empty where hidden."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [list(row.values()) for row in csv.DictReader(file)]
    return {(*row[:-2],): row[-2] for row in rows}


def codes(document: Mapping[str, Any]) -> list[str]:
    return [problem["code"] for problem in document["problems"]]


def test_counts_of_a_region_are_the_sums_of_what_its_colleges_show(region: Path) -> None:
    code, document, _ = merged(region)
    assert (code, codes(document)) == (ExitCode.DONE, []), document
    found = figures(region / "out" / "course", "by-role")
    colleges = {name: figures(region / name / "course", "by-role") for name in SIZES}
    for (college, *rest), value in found.items():
        measure = rest[1]
        told = [shown.get(tuple(rest), "") for shown in colleges.values()]
        if college != "*":
            assert value == colleges[college][tuple(rest)]
        elif not measure.startswith("mean"):
            assert value == ("" if "" in told else str(sum(map(int, told))))
    assert found["*", "*", "n", ""] == str(sum(SIZES.values()))
    assert sum(value != "" for value in found.values()) > 20


def test_what_a_region_shows_of_means_and_shares_is_true(region: Path) -> None:
    """By the answers themselves, which the command never sees."""
    merged(region)
    rows = [row for name, size in SIZES.items() for row in answers([f"{name}-1", f"{name}-2"], size, name)]
    by_role = figures(region / "out" / "course", "by-role")
    shown = {key: float(value) for key, value in by_role.items() if key[0] == "*" and key[2] == "mean(use)" and value}
    for (_, role, *_), value in shown.items():
        of = [int(row["use"]) for row in rows if role in ("*", row["role"])]
        assert value == round(sum(of) / len(of), 1)
    by_unit = figures(region / "out" / "course", "by-unit")
    share = by_unit["*", "share(later >= 1)", ""]
    later = [row["later"] for row in rows if row["later"]]
    exact = 100 * sum(answer != "0" for answer in later) / len(later)
    assert share == "" or abs(float(share) - exact) <= 2.5
    assert shown or share, "something of the kind was told"


def test_units_of_the_colleges_are_not_told_in_a_region(region: Path) -> None:
    merged(region)
    whole = "".join(path.read_text("utf-8") for path in (region / "out" / "course").glob("*.csv"))
    assert "north-1" not in whole
    assert figures(region / "out" / "course", "by-unit")["south", "n", ""] == "300"


def test_a_merged_package_is_a_package_like_any_other(region: Path) -> None:
    import frictionless  # noqa: PLC0415 - start-up time

    merged(region)
    package = region / "out" / "course"
    assert run("audit", package, "--project", region / "portal")[0] == ExitCode.DONE
    report = frictionless.validate(str(package / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])
    names = json.loads((package / "audit.json").read_text(encoding="utf-8"))
    assert (names["colleges"], names["groups_found"]) == (list(SIZES), 0)


def test_a_higher_threshold_of_the_region_hides_more_and_leaves_nobody(root: Path, region: Path) -> None:
    merged(region)
    usual = figures(region / "out" / "course", "by-role")
    project(root, region / "strict", ["none"], threshold=40)
    code, document, said = merged(region, output="strict-out", portal="strict")
    assert code == ExitCode.DONE, (document, said)
    strict = figures(region / "strict-out" / "course", "by-role")
    counts = [int(value) for key, value in strict.items() if value and not key[2].startswith("mean")]
    assert min(filter(None, counts)) >= 40
    assert {key for key, value in strict.items() if value} < {key for key, value in usual.items() if value}
    for key, value in strict.items():
        everybody = strict[key[0], key[1], "n", ""]
        if value and everybody and key[2].startswith("distribution"):
            assert int(everybody) - int(value) not in range(1, 40)


def test_a_unit_in_two_colleges_leaves_both_out(root: Path, region: Path) -> None:
    released(root, region, "east", ["north-1", "east-2"], 200)
    code, document, _ = merged(region, "north", "south", "west", "east")
    assert code == ExitCode.ANSWERS
    assert codes(document) == ["region-unit-twice"]
    assert document["forms"]["course"]["colleges"] == ["south", "west"]


def test_another_version_and_another_scoring_are_named_and_nothing_is_written(root: Path, region: Path) -> None:
    released(root, region, "old", ["old-1"], 200, version=2)
    released(root, region, "other", ["other-1"], 200, most=3)
    code, document, _ = merged(region, "north", "old", "other")
    assert code == ExitCode.UNSAFE
    assert codes(document) == ["region-form-version", "region-form-differs", "region-form-differs"]
    assert not (region / "out").exists()


def test_a_tampered_hash_is_named_and_nothing_is_written(region: Path) -> None:
    path = region / "south" / "course" / "by-role.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",shown", ",shown ", 1), encoding="utf-8")
    code, document, _ = merged(region)
    assert (code, codes(document)) == (ExitCode.UNSAFE, ["package-file-changed"])
    assert "south" in document["problems"][0]["file"]
    assert not (region / "out").exists()


def test_the_same_package_twice_is_no_two_colleges(region: Path) -> None:
    shutil.copytree(region / "north", region / "copy")
    code, document, _ = merged(region, "north", "copy")
    assert (code, codes(document)) == (ExitCode.UNSAFE, ["region-package-twice"])


def test_folders_that_cannot_be_colleges_are_told_together(region: Path) -> None:
    (region / "北院").mkdir()
    code, document, _ = merged(region, "north", "北院")
    assert (code, codes(document)) == (ExitCode.USAGE, ["region-name"])
    (region / "empty").mkdir()
    assert codes(merged(region, "north", "empty")[1]) == ["region-empty"]
    assert codes(merged(region, "north")[1]) == ["region-few"]


def test_a_form_that_the_region_does_not_have_is_named(region: Path) -> None:
    (region / "portal" / "forms" / "course.yml").rename(region / "portal" / "forms" / "courses.yml")
    code, document, _ = merged(region)
    assert (code, codes(document)) == (ExitCode.UNSAFE, ["region-form-unknown"])


def test_pages_show_the_colleges_side_by_side_in_both_languages(region: Path) -> None:
    settings = region / "portal" / "portal.toml"
    names = '\n[colleges]\nnorth = { zh = "北校区学院", en = "North College" }\n'
    settings.write_text(settings.read_text(encoding="utf-8") + names, encoding="utf-8")
    merged(region)
    pages = region / "out" / "pages"
    english = (pages / "en" / "course" / "index.html").read_text(encoding="utf-8")
    chinese = (pages / "zh" / "course" / "index.html").read_text(encoding="utf-8")
    assert "North College" in english and "北校区学院" in chinese
    assert "generated" not in english, "these packages are of no demonstration"
    for page in (english, chinese):
        assert "<script>" not in page and "http-equiv" in page
    download = re.search(r'href="(\.\./\.\./\.\./course/[^"]+\.xlsx)"', english)
    assert download and (pages / "en" / "course" / download[1]).resolve().is_file()


def generated(region: Path, *names: str) -> None:
    """Marks packages as a demonstration writes them, with the checksum that goes with it."""
    for name in names:
        path = region / name / "course" / DESCRIPTOR
        whole = json.loads(path.read_text(encoding="utf-8"))
        whole["xinqiao"]["demonstration"] = True
        whole["xinqiao"]["sha256"] = fingerprint(whole)
        path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def test_a_region_of_generated_figures_says_so_on_every_page(region: Path) -> None:
    generated(region, *SIZES)
    assert merged(region)[0] == ExitCode.DONE
    for page in (region / "out" / "pages").glob("en/**/*.html"):
        assert "generated" in page.read_text(encoding="utf-8")
    descriptor = json.loads((region / "out" / "course" / DESCRIPTOR).read_text(encoding="utf-8"))
    assert descriptor["xinqiao"]["demonstration"] is True


def test_generated_figures_are_not_taken_for_true_ones(region: Path) -> None:
    generated(region, "south")
    code, document, _ = merged(region)
    assert (code, codes(document)) == (ExitCode.UNSAFE, ["region-generated"])
    generated(region, "north", "west")
    settings = region / "portal" / "portal.toml"
    real = settings.read_text(encoding="utf-8").replace("demonstration = true", "demonstration = false")
    settings.write_text(real, encoding="utf-8")
    assert codes(merged(region)[1]) == ["region-generated"] * 3
    assert not (region / "out").exists()


def test_a_folder_of_somebody_elses_is_not_replaced(region: Path) -> None:
    (region / "out" / "pages").mkdir(parents=True)
    (region / "out" / "pages" / "thesis.txt").write_text("mine")
    document = merged(region)[1]
    assert codes(document) == ["output-not-ours"]
    assert [path.name for path in (region / "out").iterdir()] == ["pages"]
