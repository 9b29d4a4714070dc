"""What later versions of a form changed: from an entry of `versions` to core."""

from __future__ import annotations

from xinqiao.core.change import Revision
from xinqiao.forms.fit import checked
from xinqiao.forms.shape import ChangeShape
from xinqiao.forms.yaml_lines import Document, Path


def change(document: Document, path: Path) -> Revision | None:
    """One entry; None where it cannot be used, which is noted."""
    shape = checked(ChangeShape, document, path)
    if shape is None:
        return None
    return Revision(since=shape.since, changed=tuple(shape.changed), renamed=dict(shape.renamed))
