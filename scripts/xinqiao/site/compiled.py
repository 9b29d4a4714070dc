"""The theme's templates, compiled once for all runs of the workshop.

Jinja's own cache of compiled templates, held in memory: a template that is another than when it was compiled is
compiled anew (Jinja compares its source).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jinja2 import BytecodeCache, Environment, TemplateError
from jinja2.bccache import Bucket
from jinja2.meta import find_referenced_templates
from mkdocs.theme import Theme

THEME = "material"
# What MkDocs itself asks for; the rest is what these lead to.
ASKED_FOR = ("main.html", "404.html", "sitemap.xml")


class Compiled(BytecodeCache):
    """Compiled templates by the key that Jinja gives them."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Gives a template, where it is there."""
        if bucket.key in self.held:
            bucket.bytecode_from_string(self.held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Holds a template."""
        self.held[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Compiled()


def compile_theme(project: Path) -> None:
    """Compiles what pages of a project are made with; what cannot be compiled is left to the run that asks for it."""
    overrides = project.absolute() / "overrides"
    env = Theme(name=THEME, custom_dir=str(overrides) if overrides.is_dir() else None).get_env()
    env.bytecode_cache = TEMPLATES
    open_, seen = list(ASKED_FOR), set(ASKED_FOR)
    while open_:
        found = _compiled(env, open_.pop()) - seen
        open_ += sorted(found)
        seen |= found


def _compiled(env: Environment, name: str) -> set[str]:
    """Compiles a template; gives the names of those that it leads to."""
    with suppress(TemplateError, UnicodeDecodeError):
        env.get_template(name)
        source = env.loader.get_source(env, name)[0] if env.loader else ""
        return {found for found in find_referenced_templates(env.parse(source)) if found}
    return set()
