"""Plain values to the YAML of a form file, so that reading it again gives the same values."""

from __future__ import annotations

from decimal import Decimal

import yaml

from xinqiao.core.text import Lang
from xinqiao.forms.yaml_lines import CONSTANTS, Plain

# A line break inside the marks of a line is how a paragraph reads best; elsewhere it is escaped.
LANGS = {lang.value for lang in Lang}
ORDER = (
    "settings", "untranslated", "intro", "consent", "survey", "choices", "scales", "derived", "summaries", "cases",
    "versions", "file", "on_bad_answer", "seal_to", "retention",
)  # fmt: skip

# Signs that YAML takes for breaks of line.
APART = {"\x85", "\u2028", "\u2029"}


class _Dumper(yaml.SafeDumper):
    """Texts as they are, numbers exactly as they were read."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _quote(value: str) -> str | None:
    return '"' if value.lower() in CONSTANTS or APART & {*value} else None


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value and not APART & {*value} else _quote(value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = f"{value:f}"
    # The dot tells a number with a fraction from a whole one.
    return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Plain]) -> yaml.MappingNode:
    lines = any(isinstance(part, str) and "\n" in part for part in value.values())
    flow = bool(value) and not lines and (value.keys() <= LANGS or _small(value))
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=flow)


def _sequence(dumper: yaml.SafeDumper, value: list[Plain]) -> yaml.SequenceNode:
    flow = not any(isinstance(part, dict | list) or (isinstance(part, str) and "\n" in part) for part in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


def _small(value: Plain) -> bool:
    """Whether a mapping reads well on one line: at most a few short words."""
    return "\n" not in repr(value).replace("\\n", "\n") and len(repr(value)) < 100


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _number)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _sequence)


def form_text(plain: dict[str, Plain], head: str = "") -> str:
    """A form file: the keys in their usual order, `head` as comments above."""
    known = {key: plain[key] for key in ORDER if key in plain}
    comments = "".join(f"# {line}\n" for line in head.splitlines())
    return comments + _dumped({**known, **plain}, flow=False)


def one_line(value: Plain) -> str:
    """Any value as YAML on one line, for a cell of a sheet."""
    return _dumped(value, flow=True).removesuffix("...\n").rstrip("\n")


def _dumped(value: Plain, *, flow: bool) -> str:
    # No line is folded: what belongs together stays on its line.
    kind = _OneLine if flow else _Dumper
    return str(yaml.dump(value, Dumper=kind, allow_unicode=True, sort_keys=False, width=2**30, default_flow_style=flow))


class _OneLine(_Dumper):
    """All in brackets, line breaks escaped."""


def _escaped(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if "\n" in value else _quote(value)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


_OneLine.add_representer(str, _escaped)
_OneLine.add_representer(
    dict, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)
)
_OneLine.add_representer(
    list, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)
