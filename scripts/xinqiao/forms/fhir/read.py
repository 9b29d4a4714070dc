"""A FHIR R4 Questionnaire to a draft of a form file (hl7.org/fhir/R4/questionnaire.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from xinqiao.core.problem import Place, XinqiaoError, refuse
from xinqiao.forms.draft import Draft, usable_name
from xinqiao.forms.fhir.choices import CONSENT, INTRO, LOINC, Option, options, spoken
from xinqiao.forms.fhir.condition import choice_name, constraint, relevant
from xinqiao.forms.json_source import Part
from xinqiao.forms.languages import Texts
from xinqiao.forms.yaml_lines import Plain

KINDS = {
    "display": "note", "integer": "integer", "decimal": "decimal", "date": "date", "time": "time",
    "string": "text", "text": "text", "boolean": "select_one", "choice": "select_one", "open-choice": "select_one",
}  # fmt: skip
YES_NO: list[Plain] = [
    {"name": "true", "label": {"zh": "是", "en": "Yes"}},
    {"name": "false", "label": {"zh": "否", "en": "No"}},
]
CALCULATED = ("sdc-questionnaire-calculatedExpression", "cqf-calculatedValue")
HIDDEN = "questionnaire-hidden"
LINK = re.compile(r"linkId\s*(!=|=)\s*'([^']+)'")
Row = dict[str, Plain]


def read_fhir(document: Part, file: str) -> Draft:
    """The draft of a Questionnaire, or of a Bundle that holds one with its value sets; nothing is fetched.

    Raises XinqiaoError (import-format) where there is none.
    """
    resources = [document]
    if document.text("resourceType") == "Bundle":
        resources = [entry.part("resource") for entry in document.parts("entry")]
    found = [resource for resource in resources if resource.text("resourceType") == "Questionnaire"]
    if not found:
        raise refuse("import-format", document.place)
    root = found[0]
    sets: dict[str, Part] = {}
    for contained in [*root.parts("contained"), *resources]:
        if contained.text("resourceType") == "ValueSet":
            sets[f"#{contained.text('id')}"] = sets[contained.text("url")] = contained
    reader = _Reader(draft=Draft(file=file), texts=Texts(main=root.text("language")), sets=sets)
    reader.read(root)
    return reader.draft


@dataclass(slots=True, kw_only=True)
class _Reader:
    draft: Draft
    texts: Texts
    sets: dict[str, Part]
    names: dict[str, str] = field(default_factory=dict)
    several: set[str] = field(default_factory=set)
    rows: list[Plain] = field(default_factory=list)
    lists: dict[str, Plain] = field(default_factory=dict)

    def read(self, root: Part) -> None:
        draft, stem = self.draft, FilePath(self.draft.file).stem
        name = root.text("id") or root.text("name") or stem
        title = self.texts.text(spoken(root, "title")) or self.texts.text({"": root.text("name") or stem})
        settings: Row = {"form_id": usable_name(name, "form", "-"), "version": 1, "title": title}
        settings |= _loinc(root)
        draft.plain |= {"settings": settings, "survey": self.rows, "choices": self.lists}
        for item in _all(root):
            self.name(item)
        for item in root.parts("item"):
            self.item(item)
        self.totals(root)
        self.unscored(root)
        if not self.lists:
            del draft.plain["choices"]
        draft.tell_languages(self.texts)

    def name(self, item: Part) -> None:
        """Gives an item the name that its linkId can be."""
        link = item.text("linkId")
        name = made = usable_name(link.replace("/", "_").strip("_"), "q")
        while made in self.names.values():
            made = f"{made}_"
        self.names[link] = made
        if made != link:
            self.draft.note("import-renamed", _place(item), old=link, new=name)
        if item.flag("repeats") and item.text("type") in {"choice", "open-choice"}:
            self.several.add(made)

    def item(self, item: Part) -> None:
        """One item with what stands below it; what cannot be used is noted."""
        item = replace(item, place=_place(item))
        try:
            self.checked(item)
        except XinqiaoError as error:
            self.draft.notes += [replace(problem, place=item.place) for problem in error.problems]

    def checked(self, item: Part) -> None:
        if item.text("linkId") in {INTRO, CONSENT}:
            key = item.text("linkId").removeprefix("xinqiao_")
            self.draft.plain[key] = self.texts.text(spoken(item, "text"))
            return
        kind, urls = item.text("type"), [each.text("url").rsplit("/", 1)[-1] for each in item.parts("extension")]
        if any(url in CALCULATED for url in urls) or (HIDDEN in urls and kind == "display"):
            feature = "calculatedExpression" if HIDDEN not in urls else HIDDEN
            self.draft.note("import-part-left-out", item.place, part=item.text("text")[:60], feature=feature)
            return
        if kind == "group":
            self.group(item)
            return
        if kind not in KINDS or (item.flag("repeats") and kind not in {"choice", "open-choice"}) or "option" in item:
            raise refuse("feature-unsupported", item.place, feature=f"{kind}{' repeats' * item.flag('repeats')}")
        row = self.row(item, kind)
        if "initial" in item:
            self.draft.note("import-part-left-out", item.place, part=item.text("text")[:60], feature="initial")
        self.add(item, row | self.hint(item))
        for child in item.parts("item"):
            if not _is_help(child):
                self.item(child)

    def hint(self, item: Part) -> Row:
        """The small words below a question or a group's title."""
        helps = [child for child in item.parts("item") if _is_help(child)]
        words = self.texts.text(spoken(helps[0], "text")) if helps else None
        return {"hint": dict(words)} if words else {}

    def group(self, item: Part) -> None:
        if item.flag("repeats"):
            raise refuse("feature-unsupported", item.place, feature="group repeats")
        row: Row = {"type": "begin_group", "name": self.names[item.text("linkId")]}
        if words := self.texts.text(spoken(item, "text")):
            row["label"] = dict(words)
        if condition := relevant(item, self.names, frozenset(self.several)):
            row["relevant"] = condition
        self.add(item, row | self.hint(item))
        for child in item.parts("item"):
            if not _is_help(child):
                self.item(child)
        self.add(item, {"type": "end_group"})

    def add(self, item: Part, row: Row) -> None:
        self.draft.places[("survey", len(self.rows))] = item.place
        self.rows.append(row)

    def row(self, item: Part, kind: str) -> Row:
        name = self.names[item.text("linkId")]
        row: Row = {"type": KINDS[kind], "name": name}
        words = self.texts.text(spoken(item, "text")) or self.texts.text({"": _loinc_words(item)})
        if words:
            row["label"] = dict(words)
        if KINDS[kind] == "select_one":
            word = "select_multiple" if name in self.several else "select_one"
            row["type"] = f"{word} {self.offered(item, kind, name)}{' or_other' * (kind == 'open-choice')}"
        if item.flag("required") and kind != "display":
            row["required"] = True
        if condition := relevant(item, self.names, frozenset(self.several)):
            row["relevant"] = condition
        if rule := constraint(item):
            row["constraint"] = rule
        if KINDS[kind] == "text":
            row["role"] = "free-text"
        return row | (_loinc(item) if kind != "display" else {})

    def offered(self, item: Part, kind: str, name: str) -> str:
        """The name of the list of choices, the same for the same choices."""
        made = list(YES_NO)
        if kind != "boolean":
            made = [self.choice(item, option) for option in options(item, self.sets)]
        listed = next((other for other, rows in self.lists.items() if rows == made), None)
        if listed is None:
            listed = "yes_no" if kind == "boolean" else f"{name}_choices"
            self.lists[listed] = made
            self.draft.places[("choices", listed)] = item.place
        return listed

    def choice(self, item: Part, option: Option) -> Row:
        name = choice_name(option.code)
        if name != option.code:
            self.draft.note("import-renamed", item.place, old=option.code, new=name)
        choice: Row = {"name": name, "label": self.texts.text(option.words)}
        choice |= {} if option.score is None else {"score": option.score}
        return choice | ({"loinc": option.loinc} if option.loinc else {})

    def totals(self, root: Part) -> None:
        """A scale for each total that is worked out from the scores of items that it names by linkId."""
        scored = [
            str(row["name"])
            for row in self.rows
            if isinstance(row, dict) and str(row["type"]).startswith("select_one ") and self.scores(row)
        ]
        scales: list[Plain] = []
        for item in _all(root):
            urls = [each.text("url").rsplit("/", 1)[-1] for each in item.parts("extension")]
            said = " ".join(_expressions(item)) if any(url in CALCULATED for url in urls) else ""
            named = {self.names[link] for _, link in LINK.findall(said) if link in self.names}
            if "!=" in [sign for sign, _ in LINK.findall(said)]:
                named = set(scored) - named
            items = [name for name in scored if name in named]
            title = self.texts.text(spoken(item, "text"))
            if items and title:
                name = self.names[item.text("linkId")]
                scale: Row = {"name": name, "title": dict(title), "items": [*items], "method": "sum"}
                scales.append(scale)
                self.draft.note("import-scale-made", _place(item), scale=name, count=len(items))
        if scales:
            self.draft.plain["scales"] = scales

    def unscored(self, root: Part) -> None:
        """Tells, by name, of questions of which some choices have no score, or all where no question has any."""
        scored: dict[str, list[bool]] = {}
        for row in self.rows:
            if isinstance(row, dict) and str(row["type"]).startswith("select_") and "yes_no" not in str(row["type"]):
                scored[str(row["name"])] = ["score" in choice for choice in self.offers(row)]
        some = any(any(scores) for scores in scored.values())
        if lacking := [name for name, scores in scored.items() if not all(scores) and (any(scores) or not some)]:
            self.draft.note("import-scores-lacking", root.place, names=", ".join(lacking))

    def scores(self, row: Row) -> bool:
        return all("score" in choice for choice in self.offers(row))

    def offers(self, row: Row) -> list[Row]:
        """The choices of a question that offers some."""
        rows = self.lists.get(str(row["type"]).split()[1], [])
        return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []


def _all(part: Part) -> Iterator[Part]:
    for item in part.parts("item"):
        yield item
        yield from _all(item)


def _is_help(item: Part) -> bool:
    """Whether an item holds small words of the one around it (itemControl `help`)."""
    controls = [each.part("valueCodeableConcept") for each in item.parts("extension") if "valueCodeableConcept" in each]
    codes = {coding.text("code") for control in controls for coding in control.parts("coding")}
    return item.text("type") == "display" and "help" in codes


def _place(item: Part) -> Place:
    return replace(item.place, question=item.text("linkId"))


def _loinc(part: Part) -> Row:
    codes = [code.text("code") for code in part.parts("code") if code.text("system") == LOINC]
    return {"loinc": codes[0]} if codes else {}


def _loinc_words(item: Part) -> str:
    """What a code says where an item has no text of its own."""
    return next((code.text("display") for code in item.parts("code") if code.text("display")), "")


def _expressions(item: Part) -> Iterator[str]:
    for extension in item.parts("extension"):
        yield extension.part("valueExpression").text("expression")
