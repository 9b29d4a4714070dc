"""`xinqiao intake import --suggest`: a draft of the mapping file, for a person to check; nothing is taken."""

from __future__ import annotations

from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.problem import Place, refuse
from xinqiao.core.text import Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.output import write_output
from xinqiao.flows.project import load_form
from xinqiao.flows.take import asked_of, records
from xinqiao.intake.imports.styles import style_of
from xinqiao.intake.imports.suggest import draft, suggest
from xinqiao.intake.imports.ties import NO_TIES


def draft_ties(config: Config, ref: str, file: Path, mapping: Path | None) -> Outcome:
    """Drafts a mapping file by a form and an export, at `mapping` or as FORM.mapping.yml in the current folder.

    Raises XinqiaoError: mapping-exists, file-not-found, and as the reader of files does.
    """
    form = load_form(config, ref)
    target = mapping or Path(f"{form.base}.mapping.yml")
    if target.exists():
        raise refuse("mapping-exists", file=str(target))
    asked = asked_of(form)
    header, *rest = records(file, form, NO_TIES)[0] or (None,)
    if header is None:
        raise refuse("file-empty", Place(file=str(file)))
    style, rows = style_of(header.written), [record.written for record in rest]
    found = suggest(asked, header.written, rows, style)
    write_output(target, draft(form.base, style, header.written, rows, found))
    sure = sum(one.sure == 1 for one in found)
    likely = sum(one.column is not None or bool(one.options) for one in found) - sure
    said = Text.of(
        zh=f"对照表草稿已写入 {target}：{sure} 题的列标题完全相同，{likely} 题相像，"
        f"{len(found) - sure - likely} 题没有；请逐行核对后再导入。",
        en=f"A draft was written to {target}: {sure} questions have a column with the same header, {likely} a similar "
        f"one, {len(found) - sure - likely} none. Check each line before you import.",
    )
    document = {
        "mapping": str(target), "system": style.name,
        "questions": [
            {
                "question": one.question, "column": None if one.column is None else one.column + 1,
                "sure": round(one.sure, 2), "answers": len(one.answers), "unlike": one.unlike,
            }
            for one in found
        ],
    }  # fmt: skip
    return Outcome(said=said, document=document)
