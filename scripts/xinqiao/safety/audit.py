"""The audit: an attacker with every table ever released tries to work back to a small group.

With the true counts at hand every protected group must be able to be empty and to reach k (rule A2);
without them a group is found where it cannot be empty and cannot reach k. Shares no code with the
protector, and starts from the finished tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from xinqiao.core.safe import Attended, SafeTable
from xinqiao.safety.asking import apart, around, asked_about
from xinqiao.safety.attack import Impossible, Piece, System, World
from xinqiao.safety.attended import Lists, attendance
from xinqiao.safety.bunch import bunch
from xinqiao.safety.correction import Corrections, corrections_of
from xinqiao.safety.count import Counts
from xinqiao.safety.scene import Scene
from xinqiao.safety.structure import ALL, Group, Structure, covers

Asked = tuple[Group, str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom a question of the attacker is about: those in a group with one of these leaves.

    first, last: the intervals between releases in which they came; left: the correction that left them out, the last
    of them, −1 where some still count. k: how many would be enough. beside:
    the place of the dimension whose other levels are meant, −1 for none. shared: what was found is that
    those who answered are, all or all but a few, not of these leaves. absent: who had not answered by then.
    """

    group: Group
    variable: str
    leaves: frozenset[str]
    first: int
    last: int
    k: int
    beside: int = -1
    shared: bool = False
    absent: bool = False
    left: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the attacker reached: groups tested, groups found (by what they are, never how many)."""

    tested: int
    found: tuple[About, ...]
    truth_at_hand: bool


@dataclass(slots=True)
class Suspect:
    """A group that the attacker asks about, and what is still to be shown of it."""

    about: About
    unknowns: tuple[int, ...]
    k: int  # how many people it must be able to have: k, or all who came where fewer did
    must_empty: bool = False
    must_fill: bool = False
    # Without the truth: one of both will do.
    emptied: bool = False
    filled: bool = False
    seek_empty: bool = False
    alibi: Suspect | None = field(default=None, repr=False)

    def holds(self) -> bool:
        """Whether nothing is known of it that must not be."""
        if (self.must_empty and not self.emptied) or (self.must_fill and not self.filled):
            return False
        if self.alibi is not None and not (self.filled or self.alibi.emptied):
            return False
        return self.emptied or self.filled

    def wanted(self) -> Iterator[bool]:
        """What is to be looked for next: True a world without it, False one with k in it."""
        if not self.emptied and (self.must_empty or self.seek_empty or not self.holds()):
            yield True
        if not self.filled and (self.must_fill or not self.holds()):
            yield False


def audit(
    structure: Structure,
    releases: Sequence[Sequence[SafeTable]],
    counts: Counts | None = None,
    attended: Sequence[Attended] = (),
    corrections: Corrections = MappingProxyType({}),
) -> Verdict:
    """Attacks all releases together; each table tells of those who came since its begin and whom its release counts.

    attended: how many came in each interval; corrections: the releases that left out whom earlier ones counted; both
    where no counts are at hand. Raises Unsolved where the attack came to no end: then nothing may be released.
    """
    scene = _scene(structure, releases, corrections if counts is None else corrections_of(counts, releases))
    lists = Lists(scene, attended if counts is None else attendance(structure, counts))
    truth = scene.truth(counts) if counts is not None else None
    everybody = (*_suspects(scene, truth, lists), *_did_not_answer(scene, truth, lists))
    suspects = [suspect for suspect in everybody if not lists.told(suspect.unknowns)]
    scene.system.reduce()
    gone = bunch(scene.system, [suspect.unknowns for suspect in suspects])
    for suspect in suspects:
        suspect.unknowns = tuple(at for at in suspect.unknowns if at not in gone)
    _interrogate(scene.system, suspects)
    # Who can be nobody and is found all the same is found by what all others then share.
    found = dict.fromkeys(replace(s.about, shared=s.emptied) for s in suspects if not s.holds())
    return Verdict(tested=len(suspects), found=tuple(found), truth_at_hand=counts is not None)


def agree(
    structure: Structure,
    releases: Sequence[Sequence[SafeTable]],
    attended: Sequence[Attended] = (),
    corrections: Corrections = MappingProxyType({}),
) -> bool:
    """Whether there is a world in which these tables are releases of the same people, so many of whom came when.

    corrections: which of the releases left somebody out. Raises Unsolved where that was not settled.
    """
    scene = _scene(structure, releases, corrections)
    Lists(scene, attended)
    try:
        scene.system.reduce()
        bunch(scene.system, ())
        return all(piece.emptied(()) is not None for piece in scene.system.pieces())
    except Impossible:
        return False


def _scene(structure: Structure, releases: Sequence[Sequence[SafeTable]], corrections: Corrections) -> Scene:
    """All that the releases tell, taken down."""
    scene = Scene(structure, len(releases), corrections)
    for upto, tables in enumerate(releases):
        for table in tables:
            scene.read(table, upto)
    for number, known in corrections.items():
        scene.read_correction(number, known)
    return scene


def _suspects(scene: Scene, truth: World | None, lists: Lists) -> Iterator[Suspect]:
    """Everybody worth asking about: cells, what is left of a group beside them, newcomers of each span."""
    crowds = list(scene.crowds())
    spreads = {figure.variable for plan in scene.structure.known_plans for figure in plan.figures if figure.sd}
    for (group, name), (categories, k) in asked_about(scene.structure).items():
        answered = frozenset[str]()
        if name != ALL:
            answered = scene.structure.variables[name].answered
        asked = around(scene.structure, name, categories)
        if name in spreads:
            asked = sorted({*asked, *apart(scene.structure, name)}, key=sorted)
            categories |= {frozenset({leaf}) for leaf in scene.structure.variables[name].scores}
        for leaves in asked:
            sensitive = name != ALL and scene.structure.variables[name].sensitive
            # Others gave one answer: that they answered at all is none.
            common = sensitive and bool(leaves & answered) and answered - leaves in categories
            for (first, last, gone), crowd in crowds:
                people = scene.who(crowd, group, name, leaves)
                left = gone if gone < scene.releases else -1
                about = About(group=group, variable=name, leaves=leaves, first=first, last=last, k=k, left=left)
                room = [size for known, size in scene.sizes.items() if covers(known, group)]
                suspect = _suspect(about, people, truth, lists, room)
                if common:
                    everybody, others = replace(about, leaves=answered), scene.who(crowd, group, name, answered)
                    most = lists.most(people, k, None if truth is None else lists.when(others, truth))
                    if truth is None and most < k:
                        yield suspect
                    # Where few came it is enough that all of them can be among these.
                    suspect = replace(suspect, k=max(1, min([most, *(() if truth is None else room)])))
                    _must_not_share(suspect, everybody, others, truth)
                    if suspect.alibi is not None:
                        yield suspect.alibi
                yield suspect
                for at, wider in scene.structure.wider(group):
                    others = sorted(set(scene.who(crowd, wider, name, leaves)) - set(people))
                    room = [size for known, size in scene.sizes.items() if covers(known, wider)]
                    spare = [size - scene.sizes.get(group, 0) for size in room]
                    yield _suspect(replace(about, beside=at), others, truth, lists, spare)


def _did_not_answer(scene: Scene, truth: World | None, lists: Lists) -> Iterator[Suspect]:
    """Those of a roster who had not answered by a release, where tables may not tell."""
    for (group, upto), (at, k, size) in scene.absent.items():
        about = About(group=group, variable=ALL, leaves=frozenset(), first=0, last=upto, k=k, absent=True)
        yield _suspect(about, [at], truth, lists, [size])


def _suspect(about: About, people: Sequence[int], truth: World | None, lists: Lists, room: Sequence[int]) -> Suspect:
    """A suspect; `room`: how many there can be by the roster, which is as much as it must be able to reach."""
    suspect = Suspect(about=about, unknowns=tuple(people), k=about.k)
    if truth is not None and people:
        suspect.k = max(1, min([lists.most(people, about.k, lists.when(people, truth)), *room]))
        suspect.must_empty = suspect.must_fill = 1 <= int(truth[list(people)].sum()) < about.k
    return suspect


def _must_not_share(suspect: Suspect, everybody: About, answered: Sequence[int], truth: World | None) -> None:
    """Nobody may know of all who answered a sensitive question that they, or all but a few, gave one answer."""
    if not suspect.unknowns:
        return
    if truth is None:
        suspect.alibi = Suspect(about=everybody, unknowns=tuple(answered), k=everybody.k, seek_empty=True)
    elif bool(truth[list(answered)].any()) and int(truth[list(suspect.unknowns)].sum()) < suspect.about.k:
        suspect.must_fill = True


def _interrogate(system: System, suspects: Sequence[Suspect]) -> None:
    """Looks for worlds until each suspect has what it needs, or none is left to be found."""
    pieces = system.pieces()
    home = {at: number for number, piece in enumerate(pieces) for at in piece.place}
    local: dict[int, list[Suspect]] = {}
    for suspect in suspects:
        certain = sum(system.values.get(at, 0) for at in suspect.unknowns)
        open_ones = [at for at in suspect.unknowns if at in home]
        at_home = {home[at] for at in open_ones}
        if not at_home:
            suspect.emptied, suspect.filled = certain <= 0, certain >= suspect.k
        elif len(at_home) == 1:
            local.setdefault(at_home.pop(), []).append(suspect)
        else:
            _across(pieces, home, suspect, certain)
    for number, here in local.items():
        _question(pieces[number], here, system)


def _question(piece: Piece, suspects: Sequence[Suspect], system: System) -> None:
    """Asks about each suspect of a piece; every world found speaks for all of them."""
    lists = [[piece.place[at] for at in suspect.unknowns if at in piece.place] for suspect in suspects]
    rows = np.repeat(np.arange(len(lists)), [len(found) for found in lists])
    columns = np.array([at for found in lists for at in found], dtype=np.int64)
    certain = np.array([sum(system.values.get(at, 0) for at in suspect.unknowns) for suspect in suspects])
    for number, suspect in enumerate(suspects):
        for empty in suspect.wanted():
            terms = [at for at in suspect.unknowns if at in piece.place]
            if empty:
                world = piece.emptied(terms) if certain[number] <= 0 else None
            else:
                world = piece.filled(terms, suspect.k - certain[number])
            if world is None:
                continue
            sums = certain + np.rint(np.bincount(rows, world[columns], minlength=len(lists))).astype(np.int64)
            for other, reached in zip(suspects, sums, strict=True):
                other.emptied |= bool(reached <= 0)
                other.filled |= bool(reached >= other.k)


def _across(pieces: Sequence[Piece], home: dict[int, int], suspect: Suspect, certain: int) -> None:
    """A suspect in several pieces: its parts are free of each other, so their worlds add up."""
    parts: dict[int, list[int]] = {}
    for at in suspect.unknowns:
        if at in home:
            parts.setdefault(home[at], []).append(at)
    suspect.emptied = certain <= 0 and all(pieces[n].emptied(terms) is not None for n, terms in parts.items())
    reached = certain
    for number, terms in parts.items():
        most = pieces[number].most(terms)
        world = pieces[number].filled(terms, most)
        reached += most if world is not None else 0
        if reached >= suspect.k:
            break
    suspect.filled = reached >= suspect.k
