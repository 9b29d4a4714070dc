"""How new the syntax of a site's scripts is: ES2017 at most, which the browser inside WeChat understands on old phones.

Source: ECMA-262, editions of 2018 and later, by what each added to the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tree_sitter import Language, Node, Parser, Query, QueryCursor

from xinqiao.core.problem import Place, Problem
from xinqiao.site.built import Site

# What is caught, by the edition that brought it; a capture's name after its first sign says which.
NEWER = """
(object (spread_element) @y2018) (object_pattern (rest_pattern) @y2018)
(for_in_statement "await" @y2018) (generator_function "async" @y2018) (generator_function_declaration "async" @y2018)
(method_definition "async" @y2018 "*")
(catch_clause !parameter) @y2019
(optional_chain) @y2020 (binary_expression operator: "??" @y2020) (import) @y2020 (meta_property) @meta
(augmented_assignment_expression operator: ["??=" "||=" "&&="] @y2021)
(field_definition) @y2022 (private_property_identifier) @y2022 (class_static_block) @y2022
(regex) @regex (number) @number (ERROR) @error (MISSING) @error
"""
# Where the words of a node decide.
NEWER_WORDS = {
    "regex": ("2018", re.compile(r"\(\?<|\\[pP]\{|/[a-z]*[sdv][a-z]*$")),
    "number": ("2020", re.compile(r"\d_\d|^(?!0[xX]).*n$|^0[xX][\da-fA-F_]+n$")),
    "meta": ("2020", re.compile("^import")),
}
SHOWN = 40
SIGN = 4


@cache
def _language() -> tuple[Parser, Query]:
    # The grammar takes longer to load than most commands take; only a build needs it.
    import tree_sitter_javascript  # noqa: PLC0415

    language = Language(tree_sitter_javascript.language())
    return Parser(language), Query(language, NEWER)


def newer(source: bytes) -> Iterator[tuple[str, Node]]:
    """What of a script is newer than ES2017 or no syntax at all, in its order: the edition, or `error`, and where."""
    parser, query = _language()
    found = QueryCursor(query).captures(parser.parse(source).root_node)
    nodes = [(name, node) for name, ones in found.items() for node in ones]
    for name, node in sorted(nodes, key=lambda one: one[1].start_byte):
        text = (node.text or b"").decode(errors="replace")
        if name not in NEWER_WORDS:
            yield name.removeprefix("y"), node
        elif NEWER_WORDS[name][1].search(text):
            yield NEWER_WORDS[name][0], node


def scripts(site: Site) -> Iterator[Problem]:
    """The scripts of a built site, its files and those within pages, each syntax once a script."""
    for name in site.named(".js"):
        shared = name.partition("/")[2]
        if name.startswith("search/") or not site.first("script", shared, own=False):
            continue
        for problem in _problems((site.built / name).read_bytes()):
            yield Problem(code=problem.code, place=_place(site, name, problem.place), params=problem.params)
    for page in site.pages.values():
        for inside in dict.fromkeys(page.scripts):
            if site.first("script", inside, own=False):
                for problem in _problems(inside.encode()):
                    place = site.place(page, str(problem.params["syntax"]))
                    yield Problem(code=problem.code, place=place, params=problem.params)


def _place(site: Site, name: str, at: Place) -> Place:
    source = f"overrides/{name.partition('/')[2]}"
    file = source if (site.project / source).is_file() else name
    return Place(file=file, line=at.line, column=at.column)


def _shown(node: Node) -> str:
    """The words of a node, or, where it is a mere sign, of what it stands in."""
    whole = node.parent if node.parent is not None and node.end_byte - node.start_byte < SIGN else node
    return (whole.text or b"").decode(errors="replace").split("\n")[0][:SHOWN]


def _problems(source: bytes) -> Iterator[Problem]:
    told: set[str] = set()
    for edition, node in newer(source):
        syntax = _shown(node)
        if edition in told:
            continue
        told.add(edition)
        place = Place(line=node.start_point.row + 1, column=node.start_point.column + 1)
        if edition == "error":
            yield Problem(code="script-unreadable", place=place, params={"syntax": syntax})
        else:
            yield Problem(code="script-syntax", place=place, params={"syntax": syntax, "edition": edition})
