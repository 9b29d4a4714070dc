"""By the code that people make: each counts once, and rows are joined with what they answered in the earlier form.

Whom a row is joined with follows from what had come before it, and never changes: what was published stays true.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.pair import named_in
from xinqiao.core.problem import refuse
from xinqiao.core.question import Role
from xinqiao.core.record import Row, ScoredRow
from xinqiao.core.summary import Audience
from xinqiao.core.text import Lang
from xinqiao.forms.schema import table_schema
from xinqiao.intake.codes import Codes
from xinqiao.intake.opening import open_envelopes
from xinqiao.intake.seal import Identity
from xinqiao.intake.store import Store
from xinqiao.tables.read import from_submissions
from xinqiao.tables.score import scorer
from xinqiao.tables.validate import validate

REASONS = ("match-repeated",)
Numbered = Sequence[tuple[int, ScoredRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Rows with what each person answered before, by their number in the store; why others do not count.

    codes: what is remembered of each row's code. ambiguous: rows whose code several people had given before.
    """

    rows: tuple[tuple[int, ScoredRow], ...] = field(repr=False)
    aside: Mapping[int, str]
    codes: tuple[tuple[int, str], ...] = field(repr=False)
    ambiguous: int


def earlier_rows(store: Store, earlier: Form, identity: Identity) -> Numbered:
    """The usable rows of the earlier form, each with its number in the store."""
    numbered = tuple(store.envelopes(earlier.id))
    place = {envelope.id: sequence for sequence, envelope in numbered}
    opened = open_envelopes((envelope for _, envelope in numbered), identity, earlier.id)
    checked = validate(earlier, table_schema(earlier, Lang.EN), from_submissions(earlier, opened.submissions))
    score = scorer(earlier)
    return tuple((place[opened.submissions[number - 1].id], score(row)) for number, row in checked.rows)


def joined(form: Form, rows: Numbered, before: Numbered, codes: Codes, gone: Collection[str]) -> Joined:
    """Each row with the one row of the earlier form, where there is one, that had come before it with its code.

    Of a code that two rows of the earlier form had given, nobody can say whose it is: its row has no earlier answers.
    Of two rows with one code the first counts: a person is counted once, however often she answers. Who gives no
    code counts with every row. gone: codes of counted rows that are deleted.
    """
    earlier = form.earlier
    given: dict[str, list[tuple[int, ScoredRow]]] = {}
    if earlier:
        for sequence, row in before:
            given.setdefault(code_of(earlier, row), []).append((sequence, row))
    made: list[tuple[int, ScoredRow]] = []
    aside: dict[int, str] = {}
    used: dict[str, int] = {}
    counted = Counter[int]()
    for sequence, row in rows:
        code = code_of(form, row)
        if not code:
            made.append((sequence, row))
            continue
        remembered = codes.remembered(f"match {code}")
        if remembered in gone or remembered in used:
            aside[sequence] = "match-repeated"
            continue
        used[remembered] = sequence
        known = [one for at, one in given.get(code, ()) if at < sequence]
        counted[len(known)] += 1
        made.append((sequence, _with(earlier, row, known[0] if len(known) == 1 else None) if earlier else row))
    ambiguous = sum(number for people, number in counted.items() if people > 1)
    remembered_codes = tuple((sequence, code) for code, sequence in used.items())
    return Joined(rows=tuple(made), aside=aside, codes=remembered_codes, ambiguous=ambiguous)


def code_of(form: Form, row: ScoredRow) -> str:
    """The code that tells a person apart, however it was typed; empty where she gave none."""
    asked = (question.name for question in form.questions if question.role is Role.MATCH)
    typed = str(row.row.values.get(next(asked, "")) or "")
    return "".join(unicodedata.normalize("NFKC", typed).casefold().split())


def by_person(form: Form) -> bool:
    """Whether a code tells the persons of a form apart."""
    return any(question.role is Role.MATCH for question in form.questions)


def once(form: Form, rows: Iterable[ScoredRow], seen: set[str]) -> Iterator[ScoredRow]:
    """Of each person the first row; `seen`: the codes of those who were counted, which it adds to."""
    for row in rows:
        code = code_of(form, row)
        if not code or code not in seen:
            yield row
        seen |= {code}


def _with(earlier: Form, row: ScoredRow, before: ScoredRow | None) -> ScoredRow:
    """A row with the earlier answers to the items of scales, and their scores; None for who has none."""
    items = {item for scale in earlier.scales for item in scale.items}
    values = {named_in(earlier, item): before.row.values[item] if before else None for item in sorted(items)}
    scores = {named_in(earlier, scale.name): before.scores[scale.name] if before else None for scale in earlier.scales}
    return replace(row, row=Row(values={**row.row.values, **values}), scores={**row.scores, **scores})


def check_told_once(config: Config, form: Form) -> None:
    """Raises XinqiaoError (pair-told-twice) where the same people stand in tables of two forms already.

    That is: the earlier form has released tables, another form tells of the same earlier form, or this form is itself
    the earlier one of a form that has. What was published twice could be subtracted; no audit sees both.
    """
    for audience in Audience:
        folder = config.released_dir(form.id, audience).parent
        for table in sorted(folder.glob("*/*/*.csv")):
            owner = table.parent.parent.name
            if form.earlier and owner == form.earlier.id:
                raise refuse("pair-told-twice", form=form.id, other=owner)
            told = table.read_text(encoding="utf-8")
            for source in {form.id, *([form.earlier.id] if form.earlier else ())}:
                if owner != form.id and f"({source}." in told:
                    raise refuse("pair-told-twice", form=form.id, other=owner)
