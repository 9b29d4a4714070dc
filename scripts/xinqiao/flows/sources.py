"""The sources of portal.toml: by name, and those of a form."""

from __future__ import annotations

from xinqiao.config import FILE, Config
from xinqiao.core.form import Form
from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem, refuse
from xinqiao.core.source import Source


def source_of(config: Config, name: str) -> Source:
    """A source by its name. Raises XinqiaoError (pull-source-unknown)."""
    if name not in config.sources:
        raise refuse("pull-source-unknown", Place(file=FILE), source=name, nearest=nearest(name, config.sources))
    return config.sources[name]


def exported_from(config: Config, name: str, form: Form) -> tuple[Source | None, tuple[Problem, ...]]:
    """The source that a file of answers to a form comes from, where one is named; else what is to be told of that.

    Raises XinqiaoError: pull-source-unknown, import-source-form.
    """
    if not name:
        pulled = ", ".join(source.name for source in config.sources.values() if source.form == form.id)
        return None, (Problem(code="import-source-unsaid", params={"sources": pulled}),) if pulled else ()
    source = source_of(config, name)
    if source.form != form.id:
        raise refuse("import-source-form", source=name, of=source.form, form=form.id)
    return source, ()
