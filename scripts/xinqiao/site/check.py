"""Checks the site as it was built, after everything a reader or a browser will meet in it.

Every problem is traced to the line of the source that made it, where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xinqiao.core.problem import Place, Problem
from xinqiao.site import assets, links, outline, syntax, weight
from xinqiao.site.built import Site
from xinqiao.site.html import DEEPEST
from xinqiao.site.made import Made
from xinqiao.site.tree import Tree


def check_site(
    built: Path,
    tree: Tree,
    project: Path,
    *,
    root: str = "",
    receiver: str = "",
    cache: Path | None = None,
    made: Made | None = None,
) -> tuple[Problem, ...]:
    """Every problem of a built site, by place; a fault of the theme, which stands on every page, is told once.

    `root` is the address where the site will lie, `receiver` the origin that its forms may send to, `cache` the
    folder of what earlier builds have read of its pages, `made` what the generators' runs say of them.
    """
    made = made or Made(parts={})
    site = Site(built, tree, project, root=root, receiver=receiver, cache=cache, known=made.parts)
    problems = list(unguarded(made))
    for page in site.pages.values():
        if page.deep:
            problems.append(Problem(code="page-deep", place=site.place(page), params={"limit": DEEPEST}))
            continue
        problems += links.links(site, page)
        problems += links.requests(site, page)
        problems += outline.names(site, page)
        problems += weight.pictures(site, page)
    problems += [*outline.titles(site), *outline.descriptions(site), *outline.pairs(site), *links.alone(site)]
    problems += [*assets.assets(site), *assets.kinds(site), *links.feeds(site)]
    problems += [*syntax.scripts(site), *weight.weights(site)]
    return tuple(sorted(problems, key=lambda one: (one.place.file, one.place.line, one.place.column)))


def unguarded(made: Made) -> Iterator[Problem]:
    """A problem for each page that has no policy to say what it may run."""
    for name in made.unguarded:
        yield Problem(code="page-policy-missing", place=Place(file=name))
