"""Kobo and ODK Central with a form deployed from its XLSForm, as pyxform reads that; people fill it in at random."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from xinqiao.core.source import System

from .systems import ADDRESS, AGENT, DEVICE, Kept, Kobo, Odk, iso

XF, H = "{http://www.w3.org/2002/xforms}", "{http://www.w3.org/1999/xhtml}"
CONTROLS = ("input", "select", "select1", "trigger", "range", "upload")
WORDS = ("好", "a b", "第一行\n第二行", "=1+1", "1", "  blank before", "很低落┋好", "'; --", "no answer")


@dataclass(frozen=True)
class Field:
    """One question of the deployed form, by its path from the form's root."""

    path: tuple[str, ...]
    kind: str
    control: str
    items: Sequence[str]

    @property
    def name(self) -> str:
        return self.path[-1]

    def answer(self, chance: random.Random) -> str:
        """What somebody could answer, as it stands in the XML of a submission."""
        match self.control, self.kind:
            case "select1", _:
                return chance.choice(self.items)
            case "select", _:
                return " ".join(chance.sample(self.items, chance.randint(1, len(self.items))))
            case "trigger", _:
                return "OK"
            case _, "int":
                return str(chance.randint(-3, 400))
            case _, "decimal":
                return chance.choice(["0.5", "-2.25", "3", "0.0000001", "1234567.125"])
            case _, "date":
                return f"2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
            case _, "time":
                return f"1{chance.randint(0, 9)}:05:00.000+08:00"
        return chance.choice(WORDS)


def deployed(workbook: Path) -> tuple[Field, ...]:
    """The questions that people are asked, by pyxform's reading of a workbook."""
    from pyxform.xls2xform import convert  # noqa: PLC0415 - takes its time to load

    xform = ET.fromstring(convert(workbook, validate=False).xform)  # noqa: S314 - made by the line itself
    model = xform.find(f"{H}head/{XF}model")
    assert model is not None
    binds = {str(one.get("nodeset")): str(one.get("type", "string")) for one in model.findall(f"{XF}bind")}
    read_only = {str(one.get("nodeset")) for one in model.findall(f"{XF}bind") if one.get("readonly") == "true()"}
    lists = {
        str(one.get("id")): [str(name.text) for name in one.iter(f"{XF}name")] for one in model.findall(f"{XF}instance")
    }
    return tuple(_fields(xform, binds, read_only, lists))


def _fields(
    xform: ET.Element, binds: Mapping[str, str], read_only: set[str], lists: Mapping[str, Sequence[str]]
) -> Iterator[Field]:
    body = xform.find(f"{H}body")
    assert body is not None
    for control in body.iter():
        ref, tag = control.get("ref", ""), control.tag.removeprefix(XF)
        if tag in CONTROLS and ref not in read_only:
            items = [str(one.text) for one in control.iterfind(f"{XF}item/{XF}value")]
            for itemset in control.iterfind(f"{XF}itemset"):
                named = re.match(r"instance\('([^']+)'\)", str(itemset.get("nodeset")))
                assert named
                items += lists[named[1]]
            yield Field(tuple(ref.split("/")[2:]), binds.get(ref, "string"), tag, items)


def filled_in(fields: Sequence[Field], chance: random.Random) -> dict[str, str]:
    """One submission: question → answer, as its XML holds them; some are left out."""
    return {one.name: one.answer(chance) for one in fields if chance.random() < 0.8}


@dataclass
class KoboDeployed(Kobo):
    """Answers as texts under `group/name`; what is empty is left out."""

    fields: Sequence[Field] = ()

    def _row(self, one: Kept) -> dict[str, Any]:
        given = {"/".join(field.path): one.answers[field.name] for field in self.fields if field.name in one.answers}
        return given | {
            "_id": one.number, "_uuid": one.name, "_submission_time": iso(one.changed)[:19], "__version__": "v",
            "formhub/uuid": "f", "meta/instanceID": f"uuid:{one.name}", "deviceid": DEVICE, "_ip": ADDRESS,
            "_submitted_by": AGENT, "_geolocation": [None, None], "_notes": [], "_tags": [], "_attachments": [],
        }  # fmt: skip


@dataclass
class OdkDeployed(Odk):
    """Groups as objects, numbers as numbers, what is empty as null; names as OData allows them."""

    fields: Sequence[Field] = ()

    def _row(self, one: Kept) -> dict[str, Any]:
        row: dict[str, Any] = {
            "__id": f"uuid:{one.name}", "xinqiao_consent": None, "meta": {"instanceID": f"uuid:{one.name}"},
            "__system": {"submissionDate": iso(one.changed), "submitterName": AGENT, "deviceId": DEVICE},
        }  # fmt: skip
        for field in self.fields:
            inside, told = row, one.answers.get(field.name)
            for group in field.path[:-1]:
                inside = inside.setdefault(group, {})
            number = {"int": int, "decimal": float}.get(field.kind)
            inside[re.sub("[^A-Za-z0-9_]+", "_", field.name)] = number(told) if told and number else told
        return row

    def name_of(self, kept: Kept) -> str:
        return f"uuid:{kept.name}"


DEPLOYED = {System.KOBO: KoboDeployed, System.ODK: OdkDeployed}
