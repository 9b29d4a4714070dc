"""What an instructor wants to know in ten seconds, in sentences and cards; honest where a figure is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.summary import MeasureKind
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard import figures
from xinqiao.dashboard.effect import effect_of
from xinqiao.dashboard.naming import measure_label
from xinqiao.dashboard.reading import (
    Distribution,
    Pair,
    Share,
    distributions,
    exact,
    figure,
    measures,
    pairs,
    recommending,
    summaries,
)
from xinqiao.dashboard.telling import sentence
from xinqiao.dashboard.words import Words

MOST_ANSWERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A large figure with its words; `then` is the second figure of a change, `about` what it is of."""

    figure: str
    words: str
    then: str = ""
    about: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A pair's two figures: shares of positive answers, or means; None where one of them is hidden.

    effect: the difference of the means in standard deviations; None where it cannot be worked out.
    """

    label: Text
    before: int | Decimal | None = None
    now: int | Decimal | None = None
    positive: tuple[Text, ...] = ()
    effect: Decimal | None = None

    @property
    def signed(self) -> str:
        """The effect with its sign."""
        return f"{self.effect:+}".replace("-", "−") if self.effect is not None else ""

    @property
    def direction(self) -> str:
        """rose, fell or same; hidden where that cannot be told."""
        if self.before is None or self.now is None:
            return "hidden"
        return "rose" if self.now > self.before else "fell" if self.now < self.before else "same"


class Lead:
    """The answer in ten seconds, in one language. Every number is a shown cell or a share of shown counts."""

    def __init__(self, form: Form, tables: Sequence[SafeTable], lang: Lang) -> None:
        self.form, self.tables, self.lang, self.say = form, tables, lang, Words(lang)
        self.found = distributions(form, tables)
        self.pairs = pairs(form, tables)
        self.changes = tuple(self._change(pair) for pair in self.pairs)

    def sentences(self) -> Iterator[str]:
        """How many answered and when, what changed, who would recommend."""
        cell = figure(self.form, self.tables, "n")
        if cell is not None:
            yield self.say("lead.n", n=str(cell.value)) if cell.value is not None else self.say("lead.n_hidden")
        if not exact(self.tables):
            yield self.say("lead.near")
        for period in dict.fromkeys(table.period for table in summaries(self.tables) if table.period):
            yield self.say("lead.period", period=self.say.period(period))
        if change := self._first():
            yield self.change(change)
        yield from figures.sentences(self.form, self.tables, self.say)
        rose = [change.direction for change in self.changes if change.positive]
        if len(rose) > 1:
            key = "lead.pairs_all" if set(rose) == {"rose"} else "lead.pairs_count"
            yield self.say(key, all=len(rose), rose=rose.count("rose"))
        if recommended := self._recommend():
            yield recommended
        yield from self._answers()

    def headline(self) -> str:
        """The one sentence that says most, for a list of forms."""
        told = [change for change in self.changes if change.direction != "hidden"]
        measured = figures.sentences(self.form, self.tables, self.say)
        candidates = (*([self.change(told[0])] if told else []), *measured, self._recommend(), *self._answers())
        return next((said for said in candidates if said), self.say("lead.nothing"))

    def _answers(self) -> Iterator[str]:
        """Where nothing is compared: what the first questions say, and the first mean."""
        if self.pairs or recommending(self.form, self.tables):
            return
        said = [sentence(found, self.say) for found in self.found.values()]
        yield from [words for words in said if words][:MOST_ANSWERS]
        for measure in dict.fromkeys(m for table in exact(self.tables) for m in measures(table)):
            cell = figure(self.form, self.tables, str(measure)) if measure.kind is MeasureKind.MEAN else None
            if cell and cell.value is not None:
                label = measure_label(self.form, measure.of)[self.lang]
                yield self.say("lead.mean", label=label, mean=str(cell.value))
                return

    def change(self, change: Change) -> str:
        """One pair as a sentence."""
        label = change.label[self.lang]
        if change.before is None or change.now is None:
            return self.say("lead.pair_hidden", label=label)
        figures: Mapping[str, str] = {"label": label, "before": str(change.before), "now": str(change.now)}
        if change.positive:
            return self.say(f"lead.{change.direction}", **figures, labels=self.say.choices(change.positive))
        return self.say(f"lead.mean_{change.direction}", **figures)

    def caption(self) -> str:
        """What the figures of all pairs are."""
        labels = dict.fromkeys(label for change in self.changes for label in change.positive)
        return self.say("pairs.caption", labels=self.say.choices(labels)) if labels else self.say("page.pairs")

    def cards(self) -> Iterator[Card]:
        """The same as large figures."""
        hidden = self.say("card.hidden")
        if cell := figure(self.form, self.tables, "n"):
            shown = cell.value is not None
            yield Card(figure=str(cell.value) if shown else hidden, words=self.say("card.n"), hidden=not shown)
        if change := self._first():
            unit = "%" if change.positive else ""
            about = change.label[self.lang]
            if change.direction == "hidden":
                yield Card(figure=hidden, words=self.say("card.change"), about=about, hidden=True)
            else:
                before, now = f"{change.before}{unit}", f"{change.now}{unit}"
                kind = "card.change" if change.positive else "card.change_mean"
                yield Card(figure=before, then=now, words=self.say(kind), about=about)
        if found := self._recommended():
            share = found[1]
            shown = share is not None and share.percent is not None
            yield Card(
                figure=f"{share.percent}%" if share and shown else hidden,
                words=self.say("card.recommend"),
                about=self.say.choices(found[2]),
                hidden=not shown,
            )

    def _first(self) -> Change | None:
        told = [change for change in self.changes if change.direction != "hidden"]
        return next(iter(told or self.changes), None)

    def _change(self, pair: Pair) -> Change:
        before, now = (self._positive(name) for name in (pair.before, pair.now))
        if before and now and before[0].percent is not None and now[0].percent is not None:
            effect = effect_of(*(self.found[f"distribution({name})"] for name in (pair.before, pair.now)))
            shares = {"before": before[0].percent, "now": now[0].percent}
            return Change(label=pair.label, **shares, positive=now[1], effect=effect)
        cells = [figure(self.form, self.tables, f"mean({name})") for name in (pair.before, pair.now)]
        first, second = (cell.value if cell else None for cell in cells)
        if first is None or second is None:
            return Change(label=pair.label)
        return Change(label=pair.label, before=first, now=second)

    def _positive(self, name: str) -> tuple[Share, tuple[Text, ...]] | None:
        found = self.found.get(f"distribution({name})")
        if found is None:
            return None
        share = found.share([answer.name for answer in found.positive])
        # From low to high, as the form lists them.
        return (share, tuple(answer.label for answer in found.positive[::-1])) if share else None

    def _recommended(self) -> tuple[Distribution, Share | None, tuple[Text, ...]] | None:
        found = recommending(self.form, self.tables)
        if found is None:
            return None
        distribution, positive = found
        share = distribution.share([answer.name for answer in positive])
        return distribution, share, tuple(answer.label for answer in positive[::-1])

    def _recommend(self) -> str:
        found = self._recommended()
        if found is None:
            return ""
        distribution, share, labels = found
        if share is None:
            return self.say("lead.recommend_hidden")
        figures = {"count": str(share.count), "base": str(share.base), "label": distribution.label[self.lang]}
        words = self.say.choices(labels)
        if share.percent is None:
            return self.say("lead.recommend_few", **figures, labels=words)
        key = "lead.recommend_band" if self.form.is_scale(distribution.of) else "lead.recommend"
        return self.say(key, **figures, share=str(share.percent), labels=words)
