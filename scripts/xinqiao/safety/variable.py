"""Questions and scales as the leaves that their answers fall into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from xinqiao.core.form import Form
from xinqiao.core.question import NO_ANSWER, BadAnswer, Kind, Question
from xinqiao.core.record import ScoredRow
from xinqiao.core.scale import Method, Scale
from xinqiao.core.summary import Measure

QUARANTINE = "_quarantine"
ACCEPTED = "_accepted"
YES, NO, BELOW = "yes", "no", "_below"
# Scores are exact fractions; a float from elsewhere is read to this precision.
DENOMINATOR = 10_000
WIDEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Leaves that part the respondents of a group, each in one.

    `of` is the question or scale; `option` the choice of a select_multiple that this variable says
    yes or no to. The leaves in `linked` add up to everybody in the group. `categories` and `bands`
    are what distribution(x) and distribution(band(x)) count, `coarser` the sets of coarser bands by how many
    they are; `leaf_at` finds a score's leaf. `by`
    names the dimensions of all tables that speak of it. `pair`: of a change, the earlier and the later score.
    """

    name: str
    of: str
    leaf_names: tuple[str, ...]
    linked: frozenset[str]
    scores: Mapping[str, Fraction] = field(default_factory=dict)
    leaf_at: Mapping[Fraction, str] = field(default_factory=dict)
    bands: Mapping[str, frozenset[str]] = field(default_factory=dict)
    coarser: Mapping[int, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    option: str = ""
    plain: bool = False  # only whether it was answered
    by: frozenset[str] = frozenset()
    sensitive: bool = False
    pair: tuple[Variable, ...] = ()

    @property
    def answered(self) -> frozenset[str]:
        """The leaves of those who answered."""
        return frozenset(self.leaf_names) - {NO_ANSWER}

    @property
    def lacking(self) -> frozenset[str]:
        """The leaf of those who did not answer, where anybody can."""
        return frozenset({NO_ANSWER}) & frozenset(self.leaf_names)

    @property
    def categories(self) -> Mapping[str, frozenset[str]]:
        """Each leaf as a category of its own."""
        return {leaf: frozenset({leaf}) for leaf in self.leaf_names}

    def leaf(self, row: ScoredRow) -> str:
        """The leaf that a row falls into."""
        if self.pair and self.of not in row.scores:
            return self._difference(row)
        value: object = row.scores.get(self.of) if self.leaf_at else row.row.values.get(self.of)
        if self.option:
            chosen = value if isinstance(value, tuple) else ()
            return (YES if self.option in chosen else NO) if chosen else NO_ANSWER
        if value is None or value == "":
            return NO_ANSWER
        if self.plain:
            return YES
        if not self.leaf_at or not isinstance(value, int | float | Fraction):
            return str(value)
        # Most scores are written as they are listed; only a float from elsewhere has to be made exact first.
        leaf = self.leaf_at.get(value)  # type: ignore[arg-type]  # equal numbers are equal keys
        return leaf if leaf is not None else self.leaf_at[exact(value)]

    def _difference(self, row: ScoredRow) -> str:
        """The leaf of a change, where a row has both scores."""
        before, after = (known.scores.get(known.leaf(row)) for known in self.pair)
        return NO_ANSWER if before is None or after is None else self.leaf_at[after - before]


def exact(score: int | float | Fraction) -> Fraction:
    """A score as an exact fraction."""
    return Fraction(score).limit_denominator(DENOMINATOR)


def variables_of(form: Form, name: str, rows: Iterable[ScoredRow], *, finely: bool) -> Iterator[Variable]:
    """The variables of a question or scale; `finely` where a mean needs every score.

    Rows only widen what the form says can be answered, so that each of them has its leaf.
    """
    if (change := Measure.parse(name)) and change.then:
        yield _pair(form, change, rows)
        return
    if form.is_scale(name):
        yield _scale(form, form.scale(name), {row.scores.get(name) for row in rows}, finely=finely)
        return
    question = form.question(name)
    seen = {row.row.values.get(name) for row in rows}
    none = (NO_ANSWER,) if may_lack(question) or seen & {None, "", ()} else ()
    if question.kind is Kind.SELECT_MULTIPLE:
        leaves = (YES, NO, *none)
        for choice in question.choices:
            option = f"{name}/{choice.name}"
            yield Variable(name=option, of=name, option=choice.name, leaf_names=leaves, linked=frozenset(leaves))
        return
    if question.kind is not Kind.SELECT_ONE and not finely:
        yield Variable(name=name, of=name, plain=True, leaf_names=(YES, *none), linked=frozenset({YES, *none}))
        return
    if question.kind is Kind.SELECT_ONE:
        scored = {choice.name: choice.score for choice in question.choices}
    else:
        scored = {str(value): value for value in sorted(_integers(question, seen))}
    leaves = (*scored, *none)
    scores = {leaf: Fraction(score) for leaf, score in scored.items() if score is not None}
    yield Variable(name=name, of=name, leaf_names=leaves, linked=frozenset(leaves), scores=scores)


def _pair(form: Form, change: Measure, rows: Iterable[ScoredRow]) -> Variable:
    """The differences of two scores of one row: all that the scores allow, `_none` where one of them may lack."""
    given = list(rows)
    pair = tuple(next(variables_of(form, name, given, finely=True)) for name in change.names)
    before, after = (set(known.scores.values()) for known in pair)
    differences = sorted({late - early for late in after for early in before})
    names = {difference: str(difference) for difference in differences}
    lacking = any(NO_ANSWER in known.leaf_names for known in pair)
    leaves = (*names.values(), *((NO_ANSWER,) if lacking else ()))
    return Variable(
        name=change.about,
        of=change.about,
        leaf_names=leaves,
        linked=frozenset(leaves),
        scores={leaf: difference for difference, leaf in names.items()},
        leaf_at=names,
        pair=pair,
    )


def may_lack(question: Question) -> bool:
    """Whether a row may lack an answer to it: left out, or emptied because it could not be used."""
    return not question.required or question.relevance is not None or question.on_bad_answer is BadAnswer.CELL


def _integers(question: Question, seen: Iterable[object]) -> set[int]:
    """The values of an integer question: what its constraint allows, an open range cut to what was seen.

    An attacker who knew that cut would know more than anybody does, so protection errs on the safe side.
    Where nothing was seen (all that a reader has) an open range ends at WIDEST.
    """
    given = {value for value in seen if isinstance(value, int)}
    allowed = _allowed(question)
    if given and _is_open(allowed):
        known = given & allowed
        narrow = bool(known) and max(known) - min(known) <= WIDEST
        allowed = set(range(min(known), max(known) + 1)) if narrow else known
    return allowed | given


def _allowed(question: Question) -> set[int]:
    span = range(-WIDEST, WIDEST + 1)
    if question.constraint is None:
        return set(span)
    return {value for value in span if question.constraint.holds({}, current=value)}


def _is_open(allowed: set[int]) -> bool:
    return not allowed or -WIDEST in allowed or WIDEST in allowed


def _scale(form: Form, scale: Scale, seen: set[int | float | Fraction | None], *, finely: bool) -> Variable:
    scores = sorted(_possible(form, scale) | {exact(value) for value in seen if value is not None})
    reached = {score: scale.band(score) for score in scores}
    names = {score: band.name if band else BELOW for score, band in reached.items()}
    fine = finely or not scale.bands
    leaf_at = {score: str(score) if fine else names[score] for score in scores}
    lacking = None in seen or any(may_lack(form.question(item)) for item in scale.items)
    leaves = (*dict.fromkeys(leaf_at.values()), *((NO_ANSWER,) if lacking else ()))
    return Variable(
        name=scale.name,
        of=scale.name,
        leaf_names=leaves,
        linked=frozenset(leaves),
        scores={str(score): score for score in scores} if fine else {},
        leaf_at=leaf_at,
        bands=_bands(scale, leaf_at, lacking=lacking) if scale.bands else {},
        coarser={len(bands): _bands(scale, leaf_at, len(bands), lacking=lacking) for bands in scale.coarser},
    )


def _bands(
    scale: Scale, leaf_at: Mapping[Fraction, str], into: int = 0, *, lacking: bool
) -> Mapping[str, frozenset[str]]:
    """The leaves of each band of a set; what is below all of them stands with no answer."""
    bands: dict[str, set[str]] = {band.name: set() for band in scale.banding(into)}
    for score, leaf in leaf_at.items():
        band = scale.band(score, into)
        bands.setdefault(band.name if band else NO_ANSWER, set()).add(leaf)
    if lacking:
        bands.setdefault(NO_ANSWER, set()).add(NO_ANSWER)
    return {name: frozenset(inside) for name, inside in bands.items() if inside}


def _possible(form: Form, scale: Scale) -> set[Fraction]:
    """Every score that the items can give together, those where items lack too (the others stand for them)."""
    values = [_item_scores(form.question(item)) for item in scale.items]
    if not all(values):
        return set()
    # How many items were answered → the sums that their scores can have.
    sums: dict[int, set[int]] = {0: {0}}
    for number, known in enumerate(values, start=1):
        longer: dict[int, set[int]] = {}
        for answered, before in sums.items():
            longer.setdefault(answered, set()).update(before)
            longer.setdefault(answered + 1, set()).update(total + value for total in before for value in known)
        sums = {answered: found for answered, found in longer.items() if answered >= number - scale.missing_items}
    size = len(scale.items) if scale.method is Method.SUM else 1
    return {
        exact(Fraction(total * size, answered) * scale.factor)
        for answered, found in sums.items()
        for total in (found if answered else ())
    }


def _item_scores(question: Question) -> set[int]:
    """The scores of an item; none where nobody can say how far they reach."""
    if question.kind is Kind.INTEGER:
        allowed = _allowed(question)
        return set() if _is_open(allowed) else allowed
    return {choice.score for choice in question.choices if choice.score is not None}


def quarantine_variable(reasons: Iterable[str]) -> Variable:
    """Rows that came in: accepted ones (everybody in the form) and those set aside, by reason."""
    names = (ACCEPTED, *sorted(set(reasons)))
    return Variable(name=QUARANTINE, of=QUARANTINE, leaf_names=names, linked=frozenset({ACCEPTED}))
