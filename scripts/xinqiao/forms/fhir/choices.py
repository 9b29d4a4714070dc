"""The answers that a FHIR item offers, with their scores: on the option, in its coding, or in a value set.

FHIR R4 Questionnaire.item.answerOption and ValueSet; the score is the extension `ordinalValue`
(hl7.org/fhir/R4/extension-ordinalvalue.html) or, where only that is written, `itemWeight` of R5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xinqiao.core.problem import refuse
from xinqiao.forms.json_source import Part

LOINC = "http://loinc.org"
# The items that hold what stands above the questions of our forms.
INTRO, CONSENT = "xinqiao_intro", "xinqiao_consent"
LARGEST_SCORE = 10**6
SCORES = ("ordinalValue", "valueset-ordinalValue", "itemWeight", "questionnaire-ordinalValue")
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer: its code, words by language, score, LOINC code."""

    code: str
    words: dict[str, str]
    score: int | None
    loinc: str = ""


def options(item: Part, sets: dict[str, Part]) -> Iterator[Option]:
    """The answers of an item. Raises XinqiaoError (fhir-valueset-missing, fhir-score, json-shape)."""
    if "answerOption" in item:
        for option in item.parts("answerOption"):
            yield _option(option)
        return
    url = item.text("answerValueSet")
    found = sets.get(url) or sets.get(url.partition("|")[0])
    if found is None:
        raise refuse("fhir-valueset-missing", item.place, url=url or "–")
    for concept, system in _concepts(found):
        yield _coded(Part(value=concept.value, place=item.place), [concept], system)


def _concepts(valueset: Part) -> Iterator[tuple[Part, str]]:
    if "expansion" in valueset:
        yield from _contained(valueset.part("expansion").parts("contains"))
        return
    for include in valueset.part("compose").parts("include"):
        for concept in include.parts("concept"):
            yield concept, include.text("system")


def _contained(parts: Iterable[Part]) -> Iterator[tuple[Part, str]]:
    for concept in parts:
        if concept.text("code") and not concept.flag("abstract"):
            yield concept, concept.text("system")
        yield from _contained(concept.parts("contains"))


def _option(option: Part) -> Option:
    if "valueCoding" in option:
        coding = option.part("valueCoding")
        return _coded(coding, [option, coding], coding.text("system"))
    for key in ("valueString", "valueDate", "valueTime"):
        if key in option:
            return Option(code=option.text(key), words={"": option.text(key)}, score=_score([option], option.text(key)))
    number = option.number("valueInteger")
    if number is None:
        option.wrong("answerOption")
    return Option(code=str(number), words={"": str(number)}, score=_score([option], str(number)))


def _coded(coding: Part, carriers: list[Part], system: str) -> Option:
    code = coding.text("code") or coding.text("display")
    words = spoken(coding, "display") or {"": code}
    for each in coding.parts("designation"):
        words[each.text("language")] = each.text("value")
    return Option(code=code, words=words, score=_score(carriers, code), loinc=code if system == LOINC else "")


def _score(carriers: list[Part], code: str) -> int | None:
    for carrier in carriers:
        for extension in carrier.parts("extension"):
            if extension.text("url").rsplit("/", 1)[-1] in SCORES:
                value = extension.number("valueDecimal" if "valueDecimal" in extension else "valueInteger")
                if value is None or not -LARGEST_SCORE <= value <= LARGEST_SCORE or value != int(value):
                    raise refuse("fhir-score", carrier.place, choice=code, score=str(value)[:20])
                return int(value)
    return None


def spoken(part: Part, key: str) -> dict[str, str]:
    """A text of FHIR with its translations, by language ("" for the resource's own)."""
    words = {"": text} if (text := part.text(key)) else {}
    for extension in part.part(f"_{key}").parts("extension"):
        if extension.text("url") == TRANSLATION:
            said = {each.text("url"): each for each in extension.parts("extension")}
            if {"lang", "content"} <= said.keys():
                lang = said["lang"].text("valueCode") or said["lang"].text("valueString")
                words[lang] = said["content"].text("valueString") or said["content"].text("valueMarkdown")
    return words
