"""What an import makes of a file of others: a form file in our own words, judged by our own reader."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from xinqiao.core.derived import Derived
from xinqiao.core.form import Form
from xinqiao.core.name import NAME
from xinqiao.core.problem import Level, Place, Problem, XinqiaoError
from xinqiao.core.question import Choice
from xinqiao.core.text import Lang
from xinqiao.forms.demands import TO_FILL_IN
from xinqiao.forms.languages import Texts
from xinqiao.forms.pair import Others
from xinqiao.forms.read import read_form
from xinqiao.forms.written import form_text
from xinqiao.forms.yaml_lines import Document, Path, Plain, parse_yaml

STAND_IN: Plain = {"zh": "–", "en": "–"}
HEAD = """由 {file} 导入。导入后请运行 xinqiao forms check；每处“{zh}”都要先填好。
Imported from {file}. Run `xinqiao forms check` next; every "{en}" is filled in first."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """A form file to be. `places`: where each part stands in the foreign file; `notes`: what its reader has to tell.

    `whole`: the file says all that a form needs, as one does that was exported here.
    """

    file: str
    plain: dict[str, Plain] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    whole: bool = False

    def place(self, path: Path = (), question: str = "") -> Place:
        """The place of a part in the foreign file, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        found = self.places.get(path, Place(file=self.file))
        return replace(found, question=question or found.question)

    def note(self, code: str, place: Place, **params: str | int) -> None:
        """Notes something to tell or, where the catalogue has it as an error, to refuse."""
        self.notes.append(Problem(code=code, place=place, params=params))

    def tell_languages(self, texts: Texts) -> None:
        """What of its texts lacks, and which languages were left out."""
        if texts.untranslated and "untranslated" not in self.plain:
            self.plain["untranslated"] = texts.untranslated
        for lang in Lang:
            if count := texts.lacking[lang]:
                self.note("import-untranslated", Place(file=self.file), lang=lang.value, count=count)
        for tag in sorted(texts.others):
            self.note("import-language-left-out", Place(file=self.file), language=tag)


def usable_name(words: str, instead: str, between: str = "_") -> str:
    """Words as a name: what a name cannot hold becomes `between`."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", between, words.strip()).strip("-_./ ")
    return name if NAME.fullmatch(name) else f"{instead}{between}{name}" if name else instead


def judged(
    draft: Draft,
    lists: Mapping[str, tuple[Choice, ...]],
    steps: Mapping[str, Derived],
    others: Others = lambda _: None,
) -> tuple[str, Form]:
    """The text of the form file, and the form that our reader makes of it.

    Raises XinqiaoError with every problem that stops, each at its place in the foreign file.
    """
    stopping = [problem for problem in draft.notes if problem.level is Level.ERROR]
    named = FilePath(draft.file).name
    head = HEAD.format(file=named, **TO_FILL_IN) if not draft.whole else ""
    consent = draft.plain.get("consent")
    text = form_text({**draft.plain, "consent": consent or dict(TO_FILL_IN)}, head)
    looked_at = form_text({**draft.plain, "consent": consent or STAND_IN}, head)
    try:
        form = _read(looked_at, lists, steps, others)
    except XinqiaoError as error:
        document = parse_yaml(looked_at, "")
        placed = [replace(one, place=_origin(draft, document, one.place)) for one in error.problems]
        # What the foreign file's reader has refused already, our reader may meet again.
        told = {(one.place, one.code) for one in stopping}
        stopping += [one for one in placed if (one.place, one.code) not in told]
    if stopping:
        stopping += [one for one in draft.notes if one.level is Level.WARNING and one.code != "import-untranslated"]
        raise XinqiaoError(sorted(stopping, key=lambda one: (one.place.file, one.place.line, one.place.column)))
    return text, form


def _read(text: str, lists: Mapping[str, tuple[Choice, ...]], steps: Mapping[str, Derived], others: Others) -> Form:
    with tempfile.TemporaryDirectory() as folder:
        path = FilePath(folder) / "form.yml"
        path.write_text(text, encoding="utf-8", newline="\n")
        return read_form(path, lists, steps, others=others)


def _origin(draft: Draft, document: Document, place: Place) -> Place:
    """Where in the foreign file stands what our reader found at a place of the form file."""
    before = [
        (mark.line, mark.column, len(path), path)
        for marks in (document.values, document.keys)
        for path, mark in marks.items()
        if (mark.line, mark.column) <= (place.line, place.column)
    ]
    path = max(before, key=lambda found: found[:3])[3] if before else ()
    return draft.place(path, place.question)
