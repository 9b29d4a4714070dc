"""An attacker written apart: whole numbers, its own model, its own reading of what was downloaded.

It takes cells as a reader gets them (levels, measure, category, value or nothing) and the form's public
choices, and asks of every group it can name: how few and how many can be in it? Uses nothing of safety/.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import highspy

from xinqiao.core.safe import SafeTable

Seen = tuple[tuple[str, ...], str, str, "int | Decimal | None"]
Person = tuple[int, tuple[str, ...], str, str, int]  # came with release, levels, question, answer, left out with


def cells(table: SafeTable) -> list[Seen]:
    """A table as its CSV has it."""
    return [(cell.levels, cell.measure, cell.category, cell.value) for cell in table.cells]


@dataclass
class Intruder:
    """`levels`: of each dimension; `answers`: of each question, `_none` among them where it can be;
    `scores`: of a question whose means are told; `bands`: answers that a band takes together;
    `most`: how many can be alike; `can_be`: whether anybody can be at these levels together; `counted`: everybody
    knows how many came to each group in each interval, so that is nothing to be found."""

    levels: Sequence[Sequence[str]]
    answers: Mapping[str, Sequence[str]]
    scores: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    bands: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    most: int = 500
    can_be: Callable[[tuple[str, ...]], bool] = bool
    counted: bool = False

    def start(self, releases: int, corrections: Sequence[int] = ()) -> None:
        """`corrections`: the releases that may count some no longer whom earlier ones counted."""
        self.releases = releases
        self.ends = (*corrections, releases)
        self.model = highspy.Highs()
        self.model.silent()
        self.people: dict[Person, highspy.highs_var] = {}
        stays = [(came, left) for left in self.ends for came in range(left)]
        for came, left in stays:
            for group in filter(self.can_be, itertools.product(*self.levels)):
                totals = []
                for question, answers in self.answers.items():
                    mine = [self.model.addIntegral(lb=0, ub=self.most) for _ in answers]
                    keys = ((came, group, question, answer, left) for answer in answers)
                    self.people.update(zip(keys, mine, strict=True))
                    totals.append(sum(mine[1:], mine[0] + 0))
                for total in totals[1:]:
                    self.model.addConstr(total == totals[0])

    def corrected(self, release: int, k: int, *, came: bool) -> None:
        """Takes in that a correction leaves out `k` or more, and that as many came with it, or nobody."""
        question, whole = next(iter(self.answers)), ["*"] * len(self.levels)
        everybody = self.answers[question]
        gone = self.those((0, release), whole, question, everybody, [release])
        self.model.addConstr(self.total(gone) >= k)
        new = self.total(self.those((release, release), whole, question, everybody, self.ends))
        self.model.addConstr(new >= k if came else new == 0)

    def those(
        self,
        span: tuple[int, int],
        levels: Sequence[str],
        question: str,
        answers: Sequence[str],
        ends: Sequence[int] = (),
    ) -> list[Person]:
        """Who came within a span and is in its last release; or who was left out at one of `ends`."""
        return [
            key
            for key in self.people
            if span[0] <= key[0] <= span[1]
            and (key[4] in ends if ends else key[4] > span[1])
            and key[2] == question
            and key[3] in answers
            and all(wanted in ("*", level) for wanted, level in zip(levels, key[1], strict=True))
        ]

    def total(self, people: Sequence[Person]) -> highspy.highs_linear_expression:
        return sum((self.people[key] for key in people), self.people[people[0]] * 0)

    def attend(self, came: int, group: tuple[str, ...], number: int) -> None:
        """Takes in that so many came to a group in an interval."""
        question = next(iter(self.answers))
        self.model.addConstr(self.total(self.those((came, came), group, question, self.answers[question])) == number)

    def believe(self, release: int, dimensions: Sequence[int], seen: Sequence[Seen], since: int = 0) -> None:
        """Takes in a table of release `release` by these dimensions (their numbers), of those since `since`."""
        shown = {(levels, measure, category): value for levels, measure, category, value in seen}
        for (told, measure, category), value in shown.items():
            if value is None:
                continue
            levels = ["*"] * len(self.levels)
            for at, level in zip(dimensions, told, strict=True):
                levels[at] = level
            if measure.startswith(("sd(", "change(", "response-rate")):
                self.believe_more((0, release), levels, (told, measure, category), shown)
                continue
            question, answers = self.meant(measure, category)
            span = (since, release)
            if measure.startswith("share"):
                base = int(shown[told, f"n({question})", ""] or 0)
                step = 1 if base >= 100 else 5
                fitting = [
                    count for count in range(base + 1) if round(Fraction(100 * count, base * step)) * step == value
                ]
                people = self.total(self.those(span, levels, question, answers))
                self.model.addConstr(people >= min(fitting))
                self.model.addConstr(people <= max(fitting))
                continue
            if not measure.startswith("mean"):
                self.model.addConstr(self.total(self.those(span, levels, question, answers)) == int(value))
                continue
            base = int(shown[told, f"n({question})", ""] or 0)
            half = Decimal("0.5") if base < 61 else Decimal("0.05")
            scored = [(key, self.scores[question][key[3]]) for key in self.those(span, levels, question, answers)]
            points = sum((self.people[key] * score for key, score in scored), self.people[scored[0][0]] * 0)
            self.model.addConstr(points >= float((Decimal(value) - half) * base))
            self.model.addConstr(points <= float((Decimal(value) + half) * base))

    def believe_more(
        self,
        span: tuple[int, int],
        levels: Sequence[str],
        line: tuple[tuple[str, ...], str, str],
        shown: Mapping[tuple[tuple[str, ...], str, str], int | Decimal | None],
    ) -> None:
        """SDs, changes and rosters. An SD exactly: for each sum that the mean allows, which sums of squares fit."""
        told, measure, category = line
        value = Decimal(shown[line] or 0)
        if measure == "response-rate":
            if category == "members":
                question = next(iter(self.answers))
                people = self.total(self.those(span, levels, question, self.answers[question]))
                self.model.addConstr(people <= int(value))
            return
        change = measure.startswith("change(")
        of = measure if change else measure[3:-1]
        answers = [answer for answer in self.answers[of] if answer != "_none"]
        scored = [(self.people[key], self.scores[of][key[3]]) for key in self.those(span, levels, of, answers)]
        points = sum((person * score for person, score in scored), scored[0][0] * 0)
        if category == "pairs":
            self.model.addConstr(sum((person for person, _ in scored), scored[0][0] * 0) == int(value))
            return
        base = int(shown[told, of, "pairs"] if change else shown[told, f"n({of})", ""] or 0)
        mean = Decimal((shown[told, of, "mean"] if change else shown[told, f"mean({of})", ""]) or 0)
        half = Fraction(1, 2) if base < 61 else Fraction(1, 20)
        least, most = (Fraction(mean) - half) * base, (Fraction(mean) + half) * base
        if category == "mean":
            self.model.addConstr(points >= float(least))
            self.model.addConstr(points <= float(most))
        if category == "d" or (change and category != "sd"):
            return
        squares = sum((person * score * score for person, score in scored), scored[0][0] * 0)
        low, high = max(Fraction(value) - Fraction(1, 20), Fraction(0)) ** 2, (Fraction(value) + Fraction(1, 20)) ** 2
        sums = range(-(-least.numerator // least.denominator), most.numerator // most.denominator + 1)
        chosen = [self.model.addBinary() for _ in sums]
        self.model.addConstr(sum(chosen[1:], chosen[0] + 0) == 1)
        at = list(zip(chosen, sums, strict=True))
        self.model.addConstr(points == sum((one * total for one, total in at), chosen[0] * 0))
        for bound, sign in ((low, 1), (high, -1)):
            told_squares = sum(
                (one * float((base - 1) * bound + Fraction(total * total, base)) for one, total in at), chosen[0] * 0
            )
            self.model.addConstr(sign * squares - sign * told_squares >= -1e-6)

    def meant(self, measure: str, category: str) -> tuple[str, Sequence[str]]:
        """The question that a measure counts, and the answers."""
        if measure == "n":
            question = next(iter(self.answers))
            return question, self.answers[question]
        inside = measure[measure.index("(") + 1 : -1]
        if inside.startswith("band("):
            return inside[5:-1], self.bands[inside[5:-1]].get(category, [category])
        if measure.startswith("share"):
            of, sign, bound = inside.split()
            reach = {">=": lambda s: s >= int(bound), "<": lambda s: s < int(bound), "=": lambda s: s == int(bound)}[
                sign
            ]
            return of, [answer for answer, score in self.scores[of].items() if reach(score)]
        if measure.startswith("distribution"):
            return inside, [category]
        return inside, [answer for answer in self.answers[inside] if answer != "_none"]

    def asked(self) -> Iterator[tuple[str, list[Person]]]:
        """Every group that it can name: cells, the rest of a group, the rest of the college, newcomers, and of all
        these who stayed and who was left out by some corrections."""
        came = [(a, b) for a in range(self.releases) for b in range(a, self.releases)]
        ends = [self.ends[a:b] for b in range(len(self.ends) + 1) for a in range(b)]
        for (span, left), levels in itertools.product(
            itertools.product(came, ends), itertools.product(*(["*", *names] for names in self.levels))
        ):
            for question, answers in self.answers.items():
                groups = self.bands.get(question) or {answer: [answer] for answer in answers}
                told = [answer for answer in answers if answer != "_none"]
                sets = [*([] if self.counted else [list(answers), told]), *groups.values()]
                sets += [
                    [answer for answer in whole if answer not in group]
                    for whole in (answers, told)
                    for group in groups.values()
                ]
                for chosen in sets:
                    mine = self.those(span, levels, question, chosen, left)
                    yield f"{span} {left} {levels} {question} {chosen}", mine
                    for at, level in enumerate(levels):
                        wider = [*levels[:at], "*", *levels[at + 1 :]]
                        if level != "*":
                            others = [k for k in self.those(span, wider, question, chosen, left) if k not in mine]
                            yield f"{span} {left} not {levels} {question} {chosen}", others

    def finds(self, k: int) -> list[str]:
        """The groups that must have somebody in them and cannot have k."""
        found = []
        worlds: list[dict[Person, int]] = []
        tried: set[frozenset[Person]] = set()
        for name, people in self.asked():
            key = frozenset(people)
            if not people or key in tried:
                continue
            tried.add(key)
            sizes = [sum(world[person] for person in people) for world in worlds]
            if any(size <= 0 or size >= k for size in sizes):
                continue
            for sense in (self.model.minimize, self.model.maximize):
                sense(self.total(people))
                if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                    raise RuntimeError(f"no answer about {name}")
                values = self.model.getSolution().col_value
                world = {person: round(values[variable.index]) for person, variable in self.people.items()}
                worlds.append(world)
                size = sum(world[person] for person in people)
                if size <= 0 or size >= k:
                    break
            else:
                found.append(name)
        return found
