# ruff: noqa: PLC0415 - each step is a process of its own, and imports are not what is measured
"""How fast rows are validated, scored and counted, beside frictionless on the same file in the same run.

Run: python benchmarks/rows.py [ROWS …], by default a million. Generated answers: 22 questions, 1 % of rows
with a fault. A million rows are invented one by one; further millions are the same answers, each column moved on by
another number of rows, so that no two rows need be alike and shares stay as they are.
Processor seconds without imports, seconds on the clock, and the most memory that each process ever held; each step is
a process of its own. DuckDB alone is asked by hand for what the expressions ask, over the CSV itself: who is at fault
and where it does not say, nor does it tell of encodings, of repeated rows, or row numbers.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

UNITS = 50
BLOCK = 1_000_000
ITEMS = [f"p{at}" for at in range(1, 10)] + [f"g{at}" for at in range(1, 8)]
HEADER = ["unit", "gender", "age", "year", *ITEMS, "sleep", "note"]
OFTEN = "{name: '0', score: 0, label: {zh: 无, en: No}}, {name: '1', score: 1, label: {zh: 少, en: Few}}, "
OFTEN += "{name: '2', score: 2, label: {zh: 多, en: Some}}, {name: '3', score: 3, label: {zh: 常, en: Many}}"


def label(text: str) -> str:
    return f"label: {{zh: {text}, en: {text}}}"


def listed(names: list[str]) -> str:
    return ", ".join(f"{{name: '{name}', {label(name)}}}" for name in names)


def asked(name: str) -> str:
    return f"  - {{type: select_one often, name: {name}, {label(name)}, required: true}}"


FORM = f"""
settings: {{form_id: rows, version: 1, purpose: survey, title: {{zh: 行, en: Rows}}}}
survey:
  - {{type: select_one unit, name: unit, {label("unit")}, required: true, role: dimension}}
  - {{type: select_one gender, name: gender, {label("gender")}, required: true}}
  - {{type: integer, name: age, {label("age")}, constraint: . >= 16 and . <= 60}}
  - {{type: select_one year, name: year, {label("year")}}}
{chr(10).join(map(asked, ITEMS))}
  - {{type: integer, name: sleep, {label("sleep")}, constraint: . >= 0 and . <= 24}}
  - {{type: text, name: note, {label("note")}, role: free-text}}
choices:
  unit: [{listed([f"c{at:02}" for at in range(UNITS)])}]
  gender: [{listed(["f", "m"])}]
  year: [{listed(["1", "2", "3", "4"])}]
  often: [{OFTEN}]
scales:
  - name: low
    title: {{zh: 甲, en: A}}
    items: [{", ".join(ITEMS[:9])}]
    method: sum
    source: Generated
    licence: none
    bands: [{{name: few, low: 0, {label("few")}}}, {{name: many, low: 10, {label("many")}}}]
  - {{name: tense, title: {{zh: 乙, en: B}}, items: [{", ".join(ITEMS[9:])}], method: sum, source: Own, licence: no}}
summaries:
  - name: by-unit
    title: {{zh: 班级, en: Classes}}
    by: [unit]
    measures: [n, distribution(band(low)), mean(tense)]
    audience: staff
consent: {{zh: 同意, en: Agreed}}
seal_to: [aggregation]
retention: {{days: 365}}
"""


def generate(path: Path, rows: int) -> None:
    """Writes so many rows; from the second block on columns are moved against each other."""
    chance = random.Random(1)  # noqa: S311 - no secret
    first = [invented(chance) for _ in range(min(rows, BLOCK))]
    columns = list(zip(*first, strict=True))
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        for block in range(-(-rows // BLOCK)):
            moved = (column[by:] + column[:by] for at, column in enumerate(columns) for by in [block * (at + 1)])
            lines = map(",".join, zip(*moved, strict=True))
            file.writelines(f"{line}\n" for line in islice(lines, rows - block * BLOCK))


def invented(chance: random.Random) -> list[str]:
    """One row."""
    row = [f"c{chance.randrange(UNITS):02}", chance.choice("fm"), str(chance.randrange(17, 30))]
    row += [str(chance.randrange(1, 5)), *(chance.choice("0123") for _ in ITEMS)]
    row += [str(chance.randrange(3, 12)), chance.choice(["", "ok", "fine"])]
    if chance.random() < 0.01:
        row[chance.randrange(4, 20)] = chance.choice(["9", "x", ""])
    return row


def ours(form_file: Path, path: Path) -> str:
    import duckdb  # noqa: F401
    import frictionless
    import ibis
    import pyarrow.compute  # noqa: F401

    from xinqiao.core.text import Lang
    from xinqiao.forms.read import read_form
    from xinqiao.forms.schema import table_schema
    from xinqiao.tables.sift import sift

    form = read_form(form_file, {}, {})
    # Both import the most when first asked.
    frictionless.Schema.from_descriptor({"fields": [{"name": "a", "type": "string"}]})
    ibis.to_sql(ibis.table({"a": "int8"}, name="t"), dialect="duckdb")
    start = Clock()
    found = sift(path, form, table_schema(form, Lang.EN))
    assert found is not None
    counted = f"{found.usable} usable, {found.quarantined} set aside, {len(found.tally.counts)} groups"
    return f"xinqiao       {start}  {counted}"


def theirs(form_file: Path, path: Path) -> str:
    import frictionless

    from xinqiao.core.text import Lang
    from xinqiao.forms.read import read_form
    from xinqiao.forms.schema import table_schema

    schema = frictionless.Schema.from_descriptor(table_schema(read_form(form_file, {}, {}), Lang.EN))
    start = Clock()
    with frictionless.Resource(path=path.name, basepath=str(path.parent), schema=schema) as table:
        faulty = sum(not row.valid for row in table.row_stream)
    return f"frictionless  {start}  {faulty} set aside"


def by_hand(path: Path) -> str:
    """The same questions in SQL over the file, by somebody who knows its every column."""
    import duckdb

    often = " AND ".join(f"{name} IN ('0', '1', '2', '3')" for name in ITEMS)
    sound = f"""{often} AND regexp_full_match(unit, 'c[0-4][0-9]') AND gender IN ('f', 'm')
        AND (year IS NULL OR year IN ('1', '2', '3', '4'))
        AND (age IS NULL OR TRY_CAST(age AS INTEGER) BETWEEN 16 AND 60)
        AND (sleep IS NULL OR TRY_CAST(sleep AS INTEGER) BETWEEN 0 AND 24)"""
    low, tense = (" + ".join(f"TRY_CAST({name} AS TINYINT)" for name in names) for names in (ITEMS[:9], ITEMS[9:]))
    asked = f"""SELECT {sound} AS sound, CASE WHEN sound THEN unit END AS unit, CASE WHEN sound THEN {low} END AS low,
        CASE WHEN sound THEN {tense} END AS tense, count(*) FROM read_csv('{path}', all_varchar = true, header = true)
        GROUP BY ALL"""  # noqa: S608 - our own file
    connection = duckdb.connect(":memory:")
    start = Clock()
    found = connection.execute(asked).fetchall()
    usable, aside = (sum(row[-1] for row in found if bool(row[0]) is known) for known in (True, False))
    return f"DuckDB alone  {start}  {usable} usable, {aside} set aside, {sum(bool(row[0]) for row in found)} groups"


def grouped(rows: int) -> str:
    """Grouping of scored rows alone, as the engine does it: three columns of whole numbers."""
    import duckdb

    from xinqiao.tables.engine import SETTINGS

    connection = duckdb.connect(":memory:", config=dict(SETTINGS))
    columns = f"(hash(i) % {UNITS})::SMALLINT u, (hash(i + 7) % 28)::INTEGER a, (hash(i + 9) % 22)::INTEGER b"
    connection.execute(f"CREATE TABLE scored AS SELECT {columns} FROM range({rows}) t(i)")  # noqa: S608 - our own numbers
    start = Clock()
    found = connection.execute("SELECT u, a, b, count(*) FROM scored GROUP BY ALL").fetchall()
    return f"grouping      {start}  {len(found)} groups"


class Clock:
    """Started when it is made; written, what has passed since, and the most memory so far."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def __str__(self) -> str:
        cpu, wall = time.process_time() - self.cpu, time.perf_counter() - self.wall
        return f"{cpu:8.2f} s CPU {wall:8.2f} s on the clock  {memory():5} MB"


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    if sys.argv[1:2] == ["grouped"]:
        print(grouped(int(sys.argv[2])))
        return
    if sys.argv[1:2] == ["generate"]:
        generate(Path(sys.argv[2]), int(sys.argv[3]))
        return
    if sys.argv[1:2] == ["by_hand"]:
        print(by_hand(Path(sys.argv[3])))
        return
    if sys.argv[1:2] in (["ours"], ["theirs"]):
        step = ours if sys.argv[1] == "ours" else theirs
        print(step(Path(sys.argv[2]), Path(sys.argv[3])))
        return
    for rows in [int(text) for text in sys.argv[1:]] or [1_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            form_file, path = Path(folder) / "rows.yml", Path(folder) / "rows.csv"
            form_file.write_text(FORM, encoding="utf-8")
            # Apart as well: what a process starts inherits the most memory that it ever held.
            subprocess.run([sys.executable, __file__, "generate", str(path), str(rows)], check=True)  # noqa: S603
            print(f"{rows} rows × {len(HEADER)} columns, {path.stat().st_size // 2**20} MB", flush=True)
            # Ten million rows would take frictionless many minutes.
            for name in ("ours", "by_hand", "theirs") if rows <= 1_000_000 else ("ours", "by_hand"):
                subprocess.run([sys.executable, __file__, name, str(form_file), str(path)], check=True)  # noqa: S603
        subprocess.run([sys.executable, __file__, "grouped", str(rows)], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
