"""The certificate of a release's audit, for audit.json: what was attacked, by which rules, what was found."""

from __future__ import annotations

from collections.abc import Sequence

from xinqiao.core.form import Form
from xinqiao.core.policy import Policy
from xinqiao.core.safe import SafeTable
from xinqiao.safety.attack import TOLERANCE, solver_version
from xinqiao.safety.audit import Verdict
from xinqiao.safety.frame import Policies
from xinqiao.safety.near import entry


def certificate(
    form: Form,
    tables: Sequence[SafeTable],
    verdict: Verdict,
    policies: Policies,
    earlier: int,
    corrections: Sequence[int],
) -> dict[str, object]:
    """What is told of the audit of these tables, which `earlier` releases came before."""
    cells = sum(len(table.cells) for table in tables)
    suppressed = sum(table.suppressed for table in tables)
    return {
        "method": "suppress",
        "attack": "linear programme over atoms and intervals between releases, worlds in whole numbers",
        "solver": solver_version(),
        "tolerance": TOLERANCE,
        "policy": _policy(policies.usual),
        "sensitive_policy": _policy(policies.sensitive),
        "tables": {table.name: entry(form, table) for table in tables},
        "cells": cells,
        "shown": cells - suppressed,
        "suppressed": suppressed,
        "earlier_releases": earlier,
        "groups_tested": verdict.tested,
        "groups_found": len(verdict.found),
        "rule_a2": verdict.truth_at_hand,
        **({"since": tables[0].since} if tables[0].since else {}),
        **({"corrections": [number + 1 for number in corrections]} if corrections else {}),
    }


def _policy(policy: Policy) -> dict[str, int]:
    return {
        "threshold": policy.threshold,
        "mean_from": policy.mean_from,
        "mean_decimal_from": policy.mean_decimal_from,
        "share_from": policy.share_from,
        "share_whole_from": policy.share_whole_from,
        "sd_from": policy.sd_from,
        "change_from": policy.change_from,
        "effect_from": policy.effect_from,
        "alpha_from": policy.alpha_from,
        "absent_from": policy.absent_from,
    }
