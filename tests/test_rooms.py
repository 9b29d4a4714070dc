"""The walls of the house: who may import whom, who may use what, who may make a SafeTable, how long a module is.

Each rule is a function from sources to faults; the second half of this file breaks each on purpose.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "scripts" / "xinqiao"
PUBLIC = {"forms", "dashboard", "learning", "policy", "site"}
PRIVATE = {"intake", "tables", "safety", "care"}
ROOMS = PUBLIC | PRIVATE
PUBLIC_CORE = {
    "text", "name", "question", "scale", "summary", "form", "expression", "bounds", "safe", "problem",
    "case", "change", "derived", "fonts", "foreign", "identifiers", "logic", "occasion", "pair", "parsed",
    "policy", "slip",
}  # fmt: skip
LONGEST = 300

# Outside packages and the modules that may use them; a trailing dot means everything below.
PLACES = {
    "click": ("cli", "cli.", "reference"),
    "rich": ("cli.running",),
    "platformdirs": ("config",),
    "pydantic": (
        "config",
        "duty_settings",
        "intake_settings",
        "publish_settings",
        "rows_settings",
        "source_settings",
        "unit_settings",
        "forms.",
        "site.",
    ),
    "pydantic_core": ("forms.",),
    "yaml": ("forms.", "site."),
    "requests": ("site.live", "intake.pull.", "care.notify", "demonstration"),
    "pyrage": ("intake.seal",),
    "cryptography": ("intake.unseal",),
    "segno": ("intake.sheet", "site.poster", "site.wechat"),
    "docx": ("site.word.",),
    "PIL": ("site.word.pictures",),
    "mkdocs": ("site.compiled", "site.language", "site.render_cache"),
    "markdown": ("site.own_blocks", "site.render_cache"),
    "starlette": ("intake.receiver", "intake.doors", "intake.serve", "care.app"),
    "uvicorn": ("intake.receiver", "intake.serve"),
    "anyio": ("intake.receiver",),
    "frictionless": ("tables.verdict", "forms.schema", "dashboard.package", "dashboard.released"),
    "jinja2": ("templates", "learning.page", "site."),
    "markupsafe": ("intake.sheet", "forms.page", "dashboard.page", "dashboard.chart", "site.", "learning.page"),
    "highspy": ("safety.",),
    "numpy": ("safety.", "tables."),
    "opendp": ("safety.noise",),
    "xlsxwriter": ("dashboard.workbook", "forms.xlsform.write"),
    "typst": ("dashboard.brief", "site.poster"),
    "openpyxl": ("tables.workbook", "forms.xlsform.grid"),
    "pyarrow": ("tables.",),
    "duckdb": ("tables.engine",),
    "ibis": ("tables.",),
    "pyspark": ("tables.spark",),
    "py4j": ("tables.spark",),
    "selectolax": ("site.html", "site.facts"),
    "tree_sitter": ("site.syntax",),
    "tree_sitter_javascript": ("site.syntax",),
    "xlrd": ("forms.xlsform.grid",),
}
SAFE_TABLE_MAKERS = ("safety.", "dashboard.released")

Sources = Mapping[str, str]


def sources() -> Sources:
    """Every module of the package by its dotted name below `xinqiao`."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "xinqiao"
        found[name] = path.read_text(encoding="utf-8")
    return found


@cache
def imports(source: str) -> tuple[str, ...]:
    """Every module that a source imports, at any depth, those inside functions and `if`s too."""
    return tuple(_imports(source))


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield "." * node.level
            elif node.module == "xinqiao" or (node.module or "").startswith("xinqiao."):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            elif node.module:
                yield node.module


def below(module: str, known: Sources) -> str:
    """`xinqiao.core.text.Text` → `core.text`: the longest part that is a module."""
    parts = module.split(".")[1:]
    while parts and ".".join(parts) not in known:
        parts.pop()
    return ".".join(parts)


def room_of(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def inner_imports(known: Sources) -> Iterator[tuple[str, str]]:
    for name, source in known.items():
        for imported in imports(source):
            if imported.split(".")[0] == "xinqiao":
                yield name, below(imported, known)


def outside_imports(known: Sources) -> Iterator[tuple[str, str]]:
    for name, source in known.items():
        for imported in imports(source):
            top = imported.split(".")[0]
            if top and top != "xinqiao" and top not in sys.stdlib_module_names:
                yield name, top


def wall_faults(known: Sources) -> list[str]:
    """Imports that go through a wall or the wrong way."""
    faults = []
    for name, imported in inner_imports(known):
        room, target = room_of(name), room_of(imported)
        if room == "core" and target not in {"core", ""}:
            faults.append(f"{name} imports {imported}: core knows nobody")
        if room in ROOMS and target not in {"core", "templates", room, ""}:
            faults.append(f"{name} imports {imported}: a room imports core, templates and itself")
        if room == "templates" and target not in {"templates", ""}:
            faults.append(f"{name} imports {imported}: templates know nobody")
        if room in PUBLIC and target == "core":
            part = imported.partition(".")[2]
            if part not in PUBLIC_CORE:
                faults.append(f"{name} imports {imported}: a public room cannot name it")
        if room == "cli" and target not in {"cli", "flows", "config", "core", ""}:
            faults.append(f"{name} imports {imported}: cli knows flows and config")
        if name in {"config", "demonstration"} and not target.endswith("_settings") and target != "core":
            faults.append(f"{name} imports {imported}: it knows core only")
        if target in {"cli", "flows"} and room not in {"cli", "reference", "flows"}:
            faults.append(f"{name} imports {imported}: nobody imports upwards")
    return faults


def relative_faults(known: Sources) -> list[str]:
    return [f"{name}: relative import" for name, text in known.items() if any(i.startswith(".") for i in imports(text))]


def place_faults(known: Sources) -> list[str]:
    """Outside packages used where they have no place."""
    faults = []
    for name, package in outside_imports(known):
        places = PLACES.get(package)
        if places is None or not any(name == p or (p.endswith(".") and name.startswith(p)) for p in places):
            faults.append(f"{name} uses {package}")
    return faults


def core_faults(known: Sources) -> list[str]:
    return [f"{name} uses {package}" for name, package in outside_imports(known) if room_of(name) == "core"]


def maker_faults(known: Sources) -> list[str]:
    """Modules that construct a SafeTable without being allowed to: by name, alias, attribute or replace."""
    faults = []
    for name, source in known.items():
        if any(name == m or (m.endswith(".") and name.startswith(m)) for m in SAFE_TABLE_MAKERS):
            continue
        tree = ast.parse(source)
        names = {"SafeTable"}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names |= {a.asname for a in node.names if a.name == "SafeTable" and a.asname}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            of = ast.unparse(node.func)
            if called in names or of.startswith(tuple(f"{n}." for n in names)):
                faults.append(f"{name}:{node.lineno} constructs a SafeTable")
            if called == "replace" and "SafeTable" in source and not isinstance(node.func, ast.Attribute):
                faults.append(f"{name}:{node.lineno} may copy a SafeTable with other cells")
    return faults


def length_faults(known: Sources) -> list[str]:
    return [f"{n}: {len(s.splitlines())} lines" for n, s in known.items() if len(s.splitlines()) > LONGEST]


def function_faults(known: Sources) -> list[str]:
    """Functions of more than 40 lines, docstring apart."""
    faults = []
    for name, source in known.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
                lines = (node.end_lineno or 0) - first.lineno + 1
                if lines > 40:
                    faults.append(f"{name}.{node.name}: {lines} lines")
    return faults


def assert_faults(known: Sources) -> list[str]:
    return [
        f"{name}:{node.lineno}: assert"
        for name, source in known.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert)
    ]


def cycle_faults(known: Sources) -> list[str]:
    """Modules that import each other in a ring."""
    edges: dict[str, set[str]] = {}
    for name, imported in inner_imports(known):
        edges.setdefault(name, set()).add(imported)

    def reaches(start: str) -> bool:
        seen: set[str] = set()
        todo = list(edges.get(start, ()))
        while todo:
            module = todo.pop()
            if module == start:
                return True
            if module not in seen:
                seen.add(module)
                todo.extend(edges.get(module, ()))
        return False

    return [f"{name} is in a ring" for name in edges if reaches(name)]


RULES = {
    "walls": wall_faults,
    "absolute imports": relative_faults,
    "places": place_faults,
    "core": core_faults,
    "makers of SafeTable": maker_faults,
    "module length": length_faults,
    "function length": function_faults,
    "assert": assert_faults,
    "rings": cycle_faults,
}


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule(rule: str) -> None:
    assert RULES[rule](sources()) == []


BROKEN = [
    ("walls", "core.text", "from xinqiao.forms import read"),
    ("walls", "forms.read", "from xinqiao.tables.score import score"),
    ("walls", "site.build", "from xinqiao.core.record import Row"),
    ("walls", "dashboard.page", "def late():\n    from xinqiao.core import record"),
    ("walls", "dashboard.page", "import xinqiao.core.record"),
    ("walls", "intake.store", "import xinqiao.safety.count"),
    ("walls", "templates", "from xinqiao.core.text import Text"),
    ("walls", "cli", "from xinqiao.intake.store import Store"),
    ("walls", "config", "from xinqiao.forms.read import read_form"),
    ("walls", "tables.score", "from xinqiao import flows"),
    ("absolute imports", "forms.read", "from . import page"),
    ("places", "tables.score", "import frictionless"),
    ("places", "site.build", "if True:\n    import requests"),
    ("places", "intake.store", "import pyrage"),
    ("places", "forms.read", "import pandas"),
    ("core", "core.text", "import yaml"),
    ("makers of SafeTable", "dashboard.page", "from xinqiao.core.safe import SafeTable\nSafeTable(name='x')"),
    ("makers of SafeTable", "flows", "from xinqiao.core.safe import SafeTable as T\nT()"),
    ("makers of SafeTable", "flows", "from xinqiao.core import safe\nsafe.SafeTable()"),
    (
        "makers of SafeTable",
        "flows",
        "from dataclasses import replace\nfrom xinqiao.core.safe import SafeTable\nreplace(t)",
    ),
    ("module length", "forms.read", "x = 1\n" * 301),
    ("function length", "forms.read", "def f():\n" + "    x = 1\n" * 41),
    ("assert", "intake.seal", "assert key"),
    ("rings", "forms.read", "from xinqiao.forms import page"),
]


@pytest.mark.parametrize(("rule", "module", "source"), BROKEN)
def test_each_rule_sees_its_breach(rule: str, module: str, source: str) -> None:
    known = {**dict.fromkeys(("core.text", "core.record", "core.safe", "flows", "tables.score", "safety.count"), "")}
    known |= {"forms.read": "", "forms.page": "from xinqiao.forms import read", "forms": "", "core": "", "xinqiao": ""}
    known |= {"intake.store": "", "tables": "", "safety": "", "intake": ""}
    known[module] = source
    assert RULES[rule](known), f"{rule} did not see it"


def test_every_module_has_a_docstring() -> None:
    lacking = [name for name, source in sources().items() if not ast.get_docstring(ast.parse(source))]
    assert lacking == []
