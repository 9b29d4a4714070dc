"""One-time codes: printed by `xinqiao forms codes`, and used up once each when a release counts answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, refuse
from xinqiao.core.question import Choice
from xinqiao.core.record import Row, Submission
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.output import write_output
from xinqiao.flows.project import AGGREGATION, load_form
from xinqiao.forms.sheet import slips_page
from xinqiao.intake.codes import Codes
from xinqiao.intake.keys import Keyring
from xinqiao.intake.seal import Identity

# Of one unit: far above any class, far below what makes two codes alike.
MOST = 2000
NO_UNIT = ""
REASONS = ("code-unknown", "code-used")


def print_codes(
    config: Config, ref: str, units: Sequence[str], number: int, output: Path, passphrase: str | None
) -> Outcome:
    """Writes a sheet of slips for each of the units, all where none is named; nothing else keeps the codes.

    number: slips a unit; 0: as many as it has members. Raises XinqiaoError: codes-not-asked, codes-unit-unknown,
    codes-number, key-missing, passphrase-wrong, output-unwritable.
    """
    form = load_form(config, ref)
    if form.code is None:
        raise refuse("codes-not-asked", Place(file=ref), form=form.id)
    chosen = _chosen(form, units)
    sizes = {unit: number or choice.size or 0 if choice else number for unit, choice in chosen.items()}
    if not all(1 <= size <= MOST for size in sizes.values()):
        raise refuse("codes-number", most=MOST)
    codes = Codes.of(form.id, Keyring(config.keys_dir).unlock(AGGREGATION, passphrase))
    slips = {_words(choice): tuple(codes.issue(unit, sizes[unit])) for unit, choice in chosen.items()}
    address = {lang: f"{config.site_url}{lang.value}/forms/{form.id}/" for lang in Lang}
    write_output(output, slips_page(form, slips, address))
    printed = sum(sizes.values())
    said = Text.of(
        zh=f"{printed} 张纸条写入 {output}。打印后请删除这个文件：代码没有别的底稿，也没有名单。",
        en=f"{printed} slips are in {output}. Delete the file once it is printed: nothing else lists the codes.",
    )
    return Outcome(said=said, document={"form": form.id, "output": str(output), "slips": sizes})


def _chosen(form: Form, units: Sequence[str]) -> Mapping[str, Choice | None]:
    """The units to print for, by name; of a form without a roster the one that has none."""
    known = {choice.name: choice for choice in form.roster.choices} if form.roster else {}
    for unit in units:
        if unit not in known:
            raise refuse("codes-unit-unknown", form=form.id, unit=unit, nearest=nearest(unit, known))
    return {unit: known[unit] for unit in units or known} if known else {NO_UNIT: None}


def _words(choice: Choice | None) -> str:
    return " ".join(dict.fromkeys(choice.label[lang] for lang in Lang)) if choice else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """The codes of a form at work: each answer belongs where its code was printed for, and each code counts once."""

    form: Form
    name: str
    codes: Codes

    @classmethod
    def of(cls, form: Form, identity: Identity) -> Slips | None:
        """Those of a form; None where it asks for no code."""
        return cls(form=form, name=form.code.name, codes=Codes.of(form.id, identity)) if form.code else None

    def bound(self, submissions: Sequence[Submission]) -> tuple[tuple[Submission, ...], Mapping[str, str]]:
        """The answers with good codes, each in its code's unit whatever it says, and why others (by id) are not."""
        roster = self.form.roster
        units = [choice.name for choice in roster.choices] if roster else [NO_UNIT]
        kept: list[Submission] = []
        refused: dict[str, str] = {}
        for submission in submissions:
            typed = submission.answers.get(self.name, "")
            unit = self.codes.unit_of(typed, units) if isinstance(typed, str) else None
            if unit is None:
                refused[submission.id] = "code-unknown"
            elif roster:
                kept.append(replace(submission, answers={**submission.answers, roster.name: unit}))
            else:
                kept.append(submission)
        return tuple(kept), refused

    def once(
        self, rows: Sequence[tuple[int, Row]], before: Collection[str]
    ) -> tuple[tuple[tuple[int, str], ...], Mapping[int, str]]:
        """What is remembered of the codes that these rows use for the first time, and why other rows do not count.

        rows: usable ones by number, in the order of the store. before: codes used in releases whose answers are gone.
        """
        used: dict[str, int] = {}
        refused: dict[int, str] = {}
        for number, row in rows:
            code = self.codes.remembered(str(row.values[self.name]))
            if code in before or code in used:
                refused[number] = "code-used"
            else:
                used[code] = number
        return tuple((number, code) for code, number in used.items()), refused
