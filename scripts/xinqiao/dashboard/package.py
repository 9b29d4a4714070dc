"""Released tables as a Frictionless Data Package, written to the side and then swapped in.

Format (fixed, version 1): `datapackage.json`, `<summary>.csv`, `summary.xlsx`, `audit.json`. What a
table's CSV cannot say (title, period, policy, levels) stands under `xinqiao` in its resource; what
belongs to no table (the codebook, the other files and their checksums) under `xinqiao` of the package.
Source: https://specs.frictionlessdata.io/data-package/
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from xinqiao.core.form import Form
from xinqiao.core.policy import Status, as_decimal
from xinqiao.core.problem import refuse
from xinqiao.core.safe import Attended, Corrected, Dimension, SafeTable
from xinqiao.core.summary import TOTAL, Strategy
from xinqiao.core.text import Text
from xinqiao.dashboard.codebook import codebook
from xinqiao.dashboard.workbook import workbook

FORMAT = 1
DESCRIPTOR, WORKBOOK, AUDIT = "datapackage.json", "summary.xlsx", "audit.json"
COLUMNS = ("measure", "category", "value", "status")
STRATEGIES = {Status.SHOWN: Strategy.SUPPRESS, Status.ROUNDED: Strategy.ROUND, Status.NOISY: Strategy.DP}
ROUNDING = {
    Status.SHOWN: (
        "counts exact; means to whole numbers, from mean_decimal_from answers to one decimal; "
        "shares to 5 per cent, from share_whole_from answers to 1"
    ),
    Status.ROUNDED: (
        "every count is a multiple of policy.rounding and at most that far from the true one, zeros too; "
        "the rounded counts add up"
    ),
    Status.NOISY: (
        "every count has discrete Laplace noise, drawn anew for each release, and is 0 where that would be below 0; "
        "policy.epsilon is parted alike among the measures"
    ),
}


def write_package(
    directory: Path,
    form: Form,
    tables: Sequence[SafeTable],
    certificate: Mapping[str, object],
    *,
    demonstration: bool = False,
    attended: Sequence[Attended] = (),
    corrected: Corrected | None = None,
) -> None:
    """Writes the package into `directory`, replacing an earlier one as a whole.

    certificate: what the audit found, for `audit.json`; attended: who came, where that is public; corrected: which
    release it is, where some were corrections. Same input, same bytes.
    Raises XinqiaoError: package-folder-taken, package-unwritable, package-column-taken,
    summary-other-form.
    """
    _check(form, tables)
    files = {f"{table.name}.csv": table_csv(table) for table in tables}
    files[WORKBOOK] = workbook(form, tables, demonstration=demonstration)
    files[AUDIT] = _json(certificate)
    files[DESCRIPTOR] = _json(
        descriptor(form, tables, files, demonstration=demonstration, attended=attended, corrected=corrected)
    )
    _swap_in(directory, files)


def sizes(directory: Path) -> dict[str, int]:
    """The files of a written package and their bytes, for the page's list of downloads."""
    return {path.name: path.stat().st_size for path in sorted(directory.iterdir()) if path.is_file()}


def table_csv(table: SafeTable) -> bytes:
    """A table as CSV: a column for each dimension, then measure, category, value and status; `*` is a total."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([*(dimension.name for dimension in table.dimensions), *COLUMNS])
    for cell in table.cells:
        value = "" if cell.value is None else str(cell.value)
        rows.writerow([*cell.levels, cell.measure, cell.category, value, cell.status.value])
    return out.getvalue().encode()


def descriptor(
    form: Form,
    tables: Sequence[SafeTable],
    files: Mapping[str, bytes],
    *,
    demonstration: bool,
    attended: Sequence[Attended] = (),
    corrected: Corrected | None = None,
) -> dict[str, object]:
    """The package's datapackage.json, sealed against later edits by the checksum of its own content."""
    others = [{"path": name, **checksum(files[name])} for name in (WORKBOOK, AUDIT)]
    notice = {"notice": "Generated demonstration data; nobody gave these answers."} if demonstration else {}
    part = {"format": FORMAT, "title": _words(form.title), "demonstration": demonstration}
    series = _series(corrected) if corrected else {}
    lists = {"attendance": [_attended(known) for known in attended]} if attended else {}
    whole: dict[str, object] = {
        "profile": "data-package",
        "name": form.id.lower(),
        "title": _words(form.title)["en"],
        **({"description": notice["notice"]} if notice else {}),
        "resources": [_resource(table, files[f"{table.name}.csv"]) for table in tables],
        "xinqiao": {
            **part,
            "codebook": codebook(form, tables),
            **lists,
            **({"series": series} if series else {}),
            "files": others,
        },
    }
    return whole | {"xinqiao": {**_part(whole), "sha256": fingerprint(whole)}}


def _part(whole: Mapping[str, object]) -> dict[str, object]:
    part = whole["xinqiao"]
    return dict(part) if isinstance(part, dict) else {}


def fingerprint(whole: Mapping[str, object]) -> str:
    """SHA-256 of a descriptor without its own fingerprint, over JSON with sorted keys and no spaces."""
    part = {key: value for key, value in _part(whole).items() if key != "sha256"}
    canonical = json.dumps({**whole, "xinqiao": part}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def checksum(content: bytes) -> dict[str, object]:
    """Bytes and hash of a file as a Data Package writes them."""
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _resource(table: SafeTable, content: bytes) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name.lower(),
        "title": _words(table.title)["en"],
        "path": f"{table.name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **checksum(content),
        "schema": _schema(table),
        "xinqiao": {
            "table": table.name,
            "title": _words(table.title),
            "form": table.form,
            "form_version": table.form_version,
            "period": table.period,
            **({"since": table.since} if table.since else {}),
            "policy": {
                "threshold": table.policy.threshold,
                "mean_from": table.policy.mean_from,
                "mean_decimal_from": table.policy.mean_decimal_from,
                "share_from": table.policy.share_from,
                "share_whole_from": table.policy.share_whole_from,
                "sd_from": table.policy.sd_from,
                "change_from": table.policy.change_from,
                "effect_from": table.policy.effect_from,
                "alpha_from": table.policy.alpha_from,
                "absent_from": table.policy.absent_from,
                **({"rounding": table.policy.rounding} if table.policy.rounding else {}),
                **({"epsilon": as_decimal(table.policy.epsilon)} if table.policy.epsilon else {}),
            },
            "strategy": STRATEGIES[table.policy.status].value,
            "rounding": ROUNDING[table.policy.status],
            "dimensions": [_dimension(dimension) for dimension in table.dimensions],
        },
    }


def _schema(table: SafeTable) -> dict[str, object]:
    dimensions = [
        {
            "name": dimension.name,
            "type": "string",
            "title": _words(dimension.label)["en"],
            "constraints": {"required": True, "enum": [TOTAL, *(level.name for level in dimension.levels)]},
        }
        for dimension in table.dimensions
    ]
    required = {"constraints": {"required": True}}
    statuses = {"constraints": {"required": True, "enum": [status.value for status in Status]}}
    fixed = [
        {"name": "measure", "type": "string", "title": "What is computed", **required},
        {"name": "category", "type": "string", "title": "Choice or band; empty where there is none"},
        {"name": "value", "type": "number", "title": "The figure; empty where it is hidden"},
        {"name": "status", "type": "string", "title": "Whether it is shown", **statuses},
    ]
    key = [*(dimension.name for dimension in table.dimensions), "measure", "category"]
    return {"fields": [*dimensions, *fixed], "missingValues": [""], "primaryKey": key}


def _dimension(dimension: Dimension) -> dict[str, object]:
    levels = [
        {"name": level.name, "label": _words(level.label), **({"parent": level.parent} if level.parent else {})}
        for level in dimension.levels
    ]
    return {"name": dimension.name, "label": _words(dimension.label), "parent": dimension.parent, "levels": levels}


def _attended(known: Attended) -> dict[str, object]:
    groups = [[*levels, came] for levels, came in sorted(known.groups.items())]
    return {"by": list(known.by), "after": known.after, "groups": groups}


def _series(known: Corrected) -> dict[str, object]:
    return {"release": known.release, "corrections": list(known.corrections), "alone": list(known.alone)}


def _words(text: Text) -> dict[str, str]:
    return {lang.value: words for lang, words in text.by_lang.items()}


def _json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _check(form: Form, tables: Sequence[SafeTable]) -> None:
    for table in tables:
        if table.form != form.id:
            raise refuse("summary-other-form", table=table.name, found=table.form, form=form.id)
        for dimension in table.dimensions:
            if dimension.name in COLUMNS:
                raise refuse("package-column-taken", name=dimension.name)


def _swap_in(directory: Path, files: Mapping[str, bytes]) -> None:
    """Replaces a folder that holds nothing but a package; a failure on the way leaves the earlier one."""
    directory = directory.resolve()
    if directory.exists() and not _ours(directory):
        raise refuse("package-folder-taken", name=directory.name)
    new, old = (directory.with_name(f".{directory.name}.{part}") for part in ("new", "old"))
    try:
        if old.exists() and not directory.exists():
            old.rename(directory)  # an earlier run was stopped between the two renames below
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
        new.mkdir(parents=True)
        for name, content in files.items():
            (new / name).write_bytes(content)
        if directory.exists():
            directory.rename(old)
        new.rename(directory)
    except OSError as fault:
        raise refuse("package-unwritable", name=directory.name, reason=fault.strerror or "–") from None
    finally:
        for left in (new, old) if directory.exists() else (new,):
            shutil.rmtree(left, ignore_errors=True)


def _ours(directory: Path) -> bool:
    """Whether a folder is empty or holds nothing but a package of ours: nobody else's files are removed."""
    if not directory.is_dir() or directory.is_symlink():
        return False
    names = {path.name for path in directory.iterdir()}
    try:
        whole = json.loads((directory / DESCRIPTOR).read_bytes())
        listed = [*whole["resources"], *whole["xinqiao"]["files"]]
        return names <= {DESCRIPTOR, *(file["path"] for file in listed)}
    except (OSError, ValueError, KeyError, TypeError):
        return not names
