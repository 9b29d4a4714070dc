"""A scale's total as FHIRPath, and what of a scale FHIR has no place for.

Source: Structured Data Capture 3.0 (hl7.org/fhir/uv/sdc): extension `calculatedExpression`, function `ordinal()`.
"""

from __future__ import annotations

from xinqiao.core.form import Form
from xinqiao.core.question import Kind
from xinqiao.core.scale import Method, Scale

CALCULATED = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"


def expression(form: Form, scale: Scale) -> str:
    """The sum of the items' scores where all are answered, else nothing; empty for what is no plain sum of choices."""
    plain = scale.method is Method.SUM and scale.factor == 1 and not scale.reversed_items and not scale.missing_items
    if not plain or any(form.question(item).kind is not Kind.SELECT_ONE for item in scale.items):
        return ""
    named = " or ".join(f"linkId = '{item}'" for item in scale.items)
    answers = f"%resource.repeat(item).where({named}).answer"
    return f"iif({answers}.count() = {len(scale.items)}, {answers}.value.ordinal().sum(), {{}})"


def beyond_total(form: Form, scale: Scale) -> bool:
    """Whether a scale says more than its total does: bands, danger, sources, or another way of scoring."""
    more = scale.bands or scale.danger or scale.source or scale.licence or scale.sensitive
    return bool(more) or not expression(form, scale)
