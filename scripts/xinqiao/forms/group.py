"""The rows of `survey` to sections: groups, groups inside groups, and questions outside of any."""

from __future__ import annotations

import re

from xinqiao.core.expression import Expression, joined
from xinqiao.core.question import BadAnswer, Group, Question, Section
from xinqiao.forms.build import Lists, attempt, expression, note, text
from xinqiao.forms.fit import checked
from xinqiao.forms.place import rows
from xinqiao.forms.question import questions
from xinqiao.forms.shape import RowShape
from xinqiao.forms.yaml_lines import Document, Path

GROUP = re.compile(r"(begin|end)[ _]group")
# Columns of XLSForm that a group may fill and that pages do not heed there.
NO_GROUP = Group(name="")
NOT_ON_GROUPS = ("required", "constraint", "calculation", "choice_filter", "parameters", "default", "read_only")


def sections(document: Document, lists: Lists, on_bad_answer: BadAnswer) -> tuple[Section, ...]:
    """Every section of the form, in order; what cannot be used is noted and left out."""
    groups = _Groups(document)
    for at in rows(document, "survey"):
        path: Path = ("survey", at)
        shape = checked(RowShape, document, path)
        if shape is None:
            continue
        if border := GROUP.fullmatch(shape.type.strip()):
            groups.end(path) if border[1] == "end" else groups.begin(path, shape)
        else:
            made = questions(document, path, shape, lists, within=groups.within, on_bad_answer=on_bad_answer)
            groups.questions += made
    for path, group, _ in groups.open:
        note(document, "group-open", (*path, "type"), group.name, name=group.name)
    groups.close()
    return tuple(groups.made)


class _Groups:
    """The sections as the rows come. `open` holds each open group with the condition of all around and itself."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.made: list[Section] = []
        self.questions: list[Question] = []
        self.open: list[tuple[Path, Group, Expression | None]] = []

    @property
    def within(self) -> Expression | None:
        """The condition of all open groups."""
        return self.open[-1][2] if self.open else None

    def close(self) -> None:
        """Ends the present section, if it holds a question."""
        groups = tuple(group for _, group, _ in self.open)
        inner = groups[-1] if groups else NO_GROUP
        if self.questions:
            asked = tuple(self.questions)
            self.made.append(
                Section(name=inner.name, title=inner.title, note=inner.note, groups=groups, questions=asked)
            )
        self.questions = []

    def begin(self, path: Path, shape: RowShape) -> None:
        """Takes a row that begins a group."""
        self.close()
        if not shape.name:
            note(self.document, "form-key-missing", path, key="name")
        for key in NOT_ON_GROUPS:
            if getattr(shape, key):
                feature = f"begin_group: {key}"
                note(self.document, "feature-unsupported", (*path, key), shape.name, feature=feature)
        relevant = expression(self.document, (*path, "relevant"), shape.relevant, shape.name)
        within = attempt(self.document, (*path, "relevant"), lambda: joined(self.within, relevant), shape.name)
        group = Group(
            name=shape.name,
            title=text(shape.label),
            note=text(shape.hint),
            relevant=relevant,
            appearance=shape.appearance,
        )
        self.open.append((path, group, within))

    def end(self, path: Path) -> None:
        """Takes a row that ends a group."""
        if not self.open:
            note(self.document, "group-end-alone", (*path, "type"))
        self.close()
        del self.open[-1:]
