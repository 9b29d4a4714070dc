"""Which groups and which of their answers an attacker asks about."""

from __future__ import annotations

from xinqiao.safety.structure import ALL, Group, Structure
from xinqiao.safety.variable import ACCEPTED, QUARANTINE


def asked_about(structure: Structure) -> dict[tuple[Group, str], tuple[set[frozenset[str]], int]]:
    """Of each group and variable the sets of answers that tables speak of, and k."""
    asked: dict[tuple[Group, str], tuple[set[frozenset[str]], int]] = {}
    for plan in structure.known_plans:
        for group in structure.groups(plan.by):
            for name in {ALL, *(figure.variable for figure in plan.figures)}:
                sets, k = asked.setdefault((group, name), (set(), 0))
                for figure in plan.figures:
                    if figure.variable == name and (figure.mean or figure.sd):
                        sets |= _outermost(structure, name)
                    elif figure.variable == name and not (figure.alpha or figure.effect):
                        sets.add(figure.leaves)
                asked[group, name] = (sets, max(k, plan.policy.threshold))
    return asked


def _outermost(structure: Structure, name: str) -> set[frozenset[str]]:
    """The answers at both ends of the scores: a mean near an end tells how few are not there."""
    ordered = sorted(structure.variables[name].scores.items(), key=lambda item: item[1])
    return {frozenset({leaf}) for leaf, _ in (ordered[:1] + ordered[-1:])}


def apart(structure: Structure, name: str) -> set[frozenset[str]]:
    """Whom an SD may single out: who is below or above any bound, who has one certain score, who does not."""
    ordered = sorted(structure.variables[name].scores.items(), key=lambda item: item[1])
    leaves = [leaf for leaf, _ in ordered]
    people = {some for leaf in leaves for some in (frozenset({leaf}), frozenset(leaves) - {leaf})}
    for at in range(1, len(leaves)):
        people |= {frozenset(leaves[:at]), frozenset(leaves[at:])}
    return people


def around(structure: Structure, name: str, categories: set[frozenset[str]]) -> list[frozenset[str]]:
    """The categories, those who answered otherwise, everybody else, who answered and who did not."""
    if name == ALL:
        return [frozenset()]
    variable = structure.variables[name]
    whole = frozenset(variable.leaf_names)
    if name == QUARANTINE:
        return sorted({*categories, whole - {ACCEPTED}} - {whole, frozenset()}, key=sorted)
    sets = {variable.answered, whole - variable.answered}
    for category in categories:
        sets |= {category, variable.answered - category, whole - category}
    return sorted(sets - {frozenset(), whole}, key=sorted)
