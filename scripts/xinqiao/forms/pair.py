"""The earlier form of a pair, where a summary names something of it as `FORM.NAME`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from xinqiao.core.form import Form
from xinqiao.core.problem import XinqiaoError
from xinqiao.core.summary import Measure
from xinqiao.forms.build import note
from xinqiao.forms.place import rows
from xinqiao.forms.yaml_lines import Document, Path

# A form by its id, None where there is none. Raises XinqiaoError with the problems of its file.
Others = Callable[[str], Form | None]


def earlier_form(
    document: Document,
    form_id: str,
    own: Collection[str],
    read: Others,
) -> Form | None:
    """The form that the summaries of a document name beside their own; None where they name none.

    own: the names of this form. Notes at the measure: pair-form-unknown, pair-several.
    """
    found: dict[str, Form] = {}
    for path, measure in _measures(document):
        for name in measure.names:
            other, dot, _ = name.partition(".")
            if not dot or name in own or other in found:
                continue
            form = _read(read, other) if other != form_id else None
            if form is None and (measure.then or other == form_id):
                note(document, "pair-form-unknown", path, form=other)
            elif form is not None and found:
                note(document, "pair-several", path, form=other, other=next(iter(found)))
            elif form is not None:
                found[other] = form
    return next(iter(found.values()), None)


def _read(read: Others, form_id: str) -> Form | None:
    try:
        form = read(form_id)
    except XinqiaoError:
        # What is wrong with it is told where that form itself is checked.
        return None
    return form if form is not None and form.id == form_id else None


def _measures(document: Document) -> Iterator[tuple[Path, Measure]]:
    for summary in rows(document, "summaries"):
        path: Path = ("summaries", summary, "measures")
        sources = document.get(path)
        for at, source in enumerate(sources if isinstance(sources, list) else []):
            if isinstance(source, str) and (measure := Measure.parse(source)):
                yield (*path, at), measure
