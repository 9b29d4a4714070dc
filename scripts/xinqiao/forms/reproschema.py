"""A ReproSchema activity with its items to a draft of a form file (reproschema 1.0, www.repronim.org/reproschema).

Files of the activity's own folder and of the one above are read, nothing from the net.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.forms.draft import Draft, usable_name
from xinqiao.forms.json_source import LARGEST, Part, read_json
from xinqiao.forms.languages import Texts, lang_of
from xinqiao.forms.yaml_lines import Plain

CHOOSING = {"radio", "select", "dropdown", "slider"}
KINDS = {
    "text": "text", "textarea": "text", "email": "text", "number": "integer", "xsd:int": "integer",
    "xsd:integer": "integer", "integer": "integer", "float": "decimal", "xsd:decimal": "decimal", "date": "date",
    "time": "time",
}  # fmt: skip
TOKEN = re.compile(r"\s*(\|\||&&|===?|!==?|<=|>=|[<>()!+*-]|[A-Za-z_]\w*|[0-9]+(?:\.[0-9]+)?|'[^']*'|\"[^\"]*\")")
SIGNS = {"||": "or", "&&": "and", "==": "=", "===": "=", "!==": "!="}
Row = dict[str, Plain]
SUM = re.compile(r"\s*\w+(\s*\+\s*\w+)+\s*")


def is_activity(document: Part) -> bool:
    """Whether a document is an activity of ReproSchema."""
    kinds = {str(document.value.get(key, "")).rsplit(":", 1)[-1] for key in ("category", "@type", "type")}
    return "Activity" in kinds and isinstance(document.value.get("ui"), dict)


def read_reproschema(document: Part, path: FilePath) -> Draft:
    """The draft of an activity. What stops is in its notes."""
    reader = _Reader(draft=Draft(file=str(path)), path=path, root=document)
    reader.read()
    return reader.draft


@dataclass(slots=True, kw_only=True)
class _Reader:
    draft: Draft
    path: FilePath
    root: Part
    texts: Texts = field(default_factory=Texts)
    rows: list[Plain] = field(default_factory=list)
    lists: dict[str, Plain] = field(default_factory=dict)
    tags: dict[str, tuple[Place, set[str]]] = field(default_factory=dict)

    def read(self) -> None:
        root, draft = self.root, self.draft
        name = usable_name(root.text("id") or self.path.stem, "form", "-").removesuffix("_schema")
        title = self.texts.text(root.words("prefLabel")) or self.texts.text({"": name})
        preamble = self.texts.text(root.words("preamble"))
        draft.plain |= {"settings": {"form_id": name.lower(), "version": 1, "title": title}, "survey": self.rows}
        if preamble:
            self.rows.append({"type": "begin_group", "name": "items", "label": dict(preamble)})
        for property_, path in self.properties():
            try:
                self.item(property_, path)
            except XinqiaoError as error:
                draft.notes += error.problems
        if preamble:
            self.rows.append({"type": "end_group"})
        if self.lists:
            draft.plain["choices"] = self.lists
        self.scales()
        self.tell_tags()
        # Items come in dozens of languages: which of them were left out is no news.
        self.texts.others.clear()
        draft.tell_languages(self.texts)

    def properties(self) -> Iterator[tuple[Part, str]]:
        """The items in their order, each with its property; `order` decides, a property is found by its name else."""
        ui = self.root.part("ui")
        described = ui.parts("addProperties")
        order = ui.value.get("order")
        if not isinstance(order, list) or not all(isinstance(path, str) for path in order):
            ui.wrong("order")
        for path in order:
            found = next((each for each in described if each.text("isAbout") == path), None)
            if found is None:
                named = path.rsplit("/", 1)[-1]
                found = next((each for each in described if each.text("variableName") == named), None)
                other = found.text("isAbout") if found else "–"
                place = replace(self.root.place, question=named)
                self.draft.note("repro-property-unmatched", place, path=path, other=other)
            yield found or Part(value={"variableName": path.rsplit("/", 1)[-1]}, place=self.root.place), path

    def item(self, property_: Part, path: str) -> None:
        name = usable_name(property_.text("variableName") or path.rsplit("/", 1)[-1], "q")
        item = self.file(path, self.path.parent, name)
        shown = property_.value.get("isVis", True)
        if shown is False:
            return
        words = item.words("question") or item.words("prefLabel")
        self.tags[name] = (item.place, set(words))
        kind = item.part("ui").text("inputType")
        options = self.options(item, path)
        row: Row = {"type": self.type_of(kind, options, name, item), "name": name, "label": self.texts.text(words)}
        if property_.flag("valueRequired"):
            row["required"] = True
        if isinstance(shown, str):
            row["relevant"] = _expression(shown, item.place)
        if row["type"] in {"integer", "decimal"}:
            limits = {">=": options.number("minValue"), "<=": options.number("maxValue")}
            rule = " and ".join(f". {sign} {limit}" for sign, limit in limits.items() if limit is not None)
            row |= {"constraint": rule} if rule else {}
        if row["type"] == "text":
            row["role"] = "free-text"
        self.draft.places[("survey", len(self.rows))] = item.place
        self.rows.append(row)

    def type_of(self, kind: str, options: Part, name: str, item: Part) -> str:
        choices = options.parts("choices")
        if kind in CHOOSING and choices:
            made: list[Plain] = [self.choice(choice, item) for choice in choices]
            listed = next((other for other, rows in self.lists.items() if rows == made), f"{name}_choices")
            self.lists[listed] = made
            self.draft.places.setdefault(("choices", listed), options.place)
            return f"{'select_multiple' if options.flag('multipleChoice') else 'select_one'} {listed}"
        if kind not in KINDS:
            raise refuse("feature-unsupported", item.place, feature=f"inputType: {kind or '–'}")
        return KINDS[kind]

    def choice(self, choice: Part, item: Part) -> Row:
        value = choice.value.get("value")
        if not isinstance(value, int | str) or isinstance(value, bool):
            raise refuse("json-shape", item.place, what="choices: value")
        words = choice.words("name")
        row: Row = {"name": str(value), "label": self.texts.text(words) or self.texts.text({"": str(value)})}
        return row | ({"score": value} if isinstance(value, int) else {})

    def options(self, item: Part, path: str) -> Part:
        """The answers of an item: in the item itself, or in the file that it names."""
        said = item.value.get("responseOptions", {})
        if isinstance(said, str):
            return self.file(said, (self.path.parent / path).parent, item.place.question)
        return item.part("responseOptions")

    def file(self, named: str, folder: FilePath, question: str) -> Part:
        """A file of the activity. Raises XinqiaoError (repro-file-missing) for one not there, or outside."""
        inside = self.path.parent.parent.resolve()
        missing = refuse("repro-file-missing", replace(self.root.place, question=question), path=named)
        try:
            path = (folder / named).resolve()
            if not path.is_relative_to(inside) or not path.is_file() or path.stat().st_size > LARGEST:
                raise missing
            raw = path.read_bytes()
        except (OSError, ValueError):
            raise missing from None
        value = read_json(raw, str(path))
        if not isinstance(value, dict):
            raise refuse("json-shape", Place(file=str(path)), what=named)
        return Part(value=value, place=Place(file=str(path), question=question))

    def scales(self) -> None:
        """A scale for each total that is a plain sum of items."""
        names = {str(row["name"]) for row in self.rows if isinstance(row, dict) and "name" in row}
        scales: list[Plain] = []
        for compute in self.root.parts("compute"):
            name, source = usable_name(compute.text("variableName"), "score"), compute.text("jsExpression")
            items: list[Plain] = [*re.findall(r"\w+", source)]
            if SUM.fullmatch(source) and names >= {*items}:
                title: Plain = {"zh": name, "en": name}
                citation = next(iter(self.root.words("citation").values()), "")
                scale: Row = {"name": name, "title": title, "items": items, "method": "sum"}
                scales.append(scale | ({"source": citation} if citation else {}))
                self.draft.note("import-scale-made", self.root.place, scale=name, count=len(items))
            else:
                self.draft.note("import-part-left-out", self.root.place, part=name, feature=source[:80])
        if scales:
            self.draft.plain["scales"] = scales

    def tell_tags(self) -> None:
        """Language keys that one item alone has, and languages that it alone lacks: both are slips."""
        for name, (place, tags) in self.tags.items():
            others = [set(said) for other, (_, said) in self.tags.items() if other != name]
            if len(others) < 2:
                continue
            missing = set.intersection(*others) - tags
            for tag in sorted(tags - set().union(*others)):
                if lang_of(tag) is None and (near := difflib.get_close_matches(tag, sorted(missing), 1, 0.5)):
                    self.draft.note("repro-language-key", place, key=tag, nearest=near[0])
                    missing.discard(near[0])
            if missing:
                self.draft.note("repro-language-missing", place, langs=", ".join(sorted(missing)))


def _expression(source: str, place: Place) -> str:
    """JavaScript's comparison of variables as an expression of ours. Raises XinqiaoError (repro-expression)."""
    made, at = [], 0
    while source[at:].strip():
        found = TOKEN.match(source, at)
        if found is None or found[1] == "!":
            raise refuse("repro-expression", place, source=source[:120])
        word = SIGNS.get(found[1], found[1])
        made.append(f"${{{word}}}" if re.fullmatch(r"[A-Za-z_]\w*", word) and word not in {"or", "and"} else word)
        at = found.end()
    return " ".join(made)
