"""A scenario is told to be broken exactly where somebody who plays it would be stuck or lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.learning.small import SCENARIO, read, small_files

from xinqiao.core.text import Lang
from xinqiao.learning.page import course_pages
from xinqiao.learning.scenario import read_scenes
from xinqiao.learning.sheet import Kind, Sheet

SIZE = 6
GRAPHS = st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, SIZE - 1), max_size=3)), min_size=1, max_size=SIZE)


def sheet(source: str) -> Sheet:
    return Sheet.of(source, name="scenario-a", kind=Kind.SCENARIO, lang=Lang.EN, file="f")


def written(graph: list[tuple[bool, list[int]]]) -> str:
    parts = ["# T\n"]
    for number, (end, ways) in enumerate(graph):
        links = "".join(f"- [go](#s{to})\n" for to in ways)
        parts.append(f"## S {{ #s{number}{' .end' if end else ''} }}\n\nWords.\n\n{links}")
    return "\n".join(parts)


def walks(graph: list[tuple[bool, list[int]]], start: int) -> set[int]:
    """Every scene that somebody can come to, found by walking all ways."""
    seen, todo = {start}, [start]
    while todo:
        for to in graph[todo.pop()][1]:
            if to not in seen:
                seen.add(to)
                todo.append(to)
    return seen


@given(GRAPHS)
def test_a_scenario_is_in_order_exactly_if_every_scene_is_met_and_every_way_can_end(
    graph: list[tuple[bool, list[int]]],
) -> None:
    problems = read_scenes(sheet(written(graph)))[1]
    sound = all(to < len(graph) for _, ways in graph for to in ways) and all(
        (not ways) if end else bool(ways) for end, ways in graph
    )
    if sound:
        reached = walks(graph, 0)
        sound = reached == set(range(len(graph))) and all(
            any(graph[to][0] for to in walks(graph, number)) for number in reached
        )
    assert (problems == ()) is sound


def test_scenes_keep_their_marks_and_choices() -> None:
    scenes, problems = read_scenes(sheet(SCENARIO))
    assert problems == ()
    assert [scene.name for scene in scenes] == ["start", "by", "end"], "what follows the help lines is no scene"
    assert [(scene.unsafe, scene.is_end) for scene in scenes] == [(False, False), (True, False), (False, True)]
    assert [choice.to for choice in scenes[0].choices] == ["by", "end"]


def test_each_scene_is_an_element_that_its_name_leads_to_and_the_way_in_stands_before_the_first() -> None:
    page = course_pages(read(small_files())[0], Lang.EN)["learn/small/scenario-night.md"].text
    assert page.index('href="#start">Begin') < page.index('id="start"') < page.index('id="by"') < page.index('id="end"')
    assert page.count("<section") == page.count("</section>") == 3
    assert page.count("This is not safe") == 1
    assert page.count("Go through it again") == 1
    assert "<!-- help-lines -->" in page
    assert "<script" not in page
