"""Figures by name: as the page shows them, hidden ones in words."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao.core.form import Form
from xinqiao.core.safe import SafeTable
from xinqiao.core.text import Lang
from xinqiao.dashboard.quoting import quotable

Maker = Callable[..., tuple[SafeTable, ...]]
BAND = "distribution(band(recommendation))"


def test_a_figure_stands_under_table_measure_category_and_group(form: Form, make_tables: Maker) -> None:
    tables = make_tables()
    found = quotable(form, tables)
    assert found["overall/n"][Lang.ZH] == "240"
    mean = tables[0].cell((), "mean(confidence_now)")
    assert mean is not None
    assert found["overall/mean(confidence_now)"][Lang.EN] == str(mean.value)
    promoters = tables[0].cell((), BAND, "promoter")
    assert promoters is not None
    assert found[f"overall/{BAND}/promoter"][Lang.EN] == str(promoters.value)
    assert found[f"overall/{BAND}/promoter %"][Lang.EN].endswith("%")
    by_class = tables[1].cell(("class",), "n")
    assert by_class is not None
    assert found["by-role/n@class"][Lang.EN] == str(by_class.value)
    assert not any(name.startswith("_quarantine") for name in found)


@given(seed=st.integers(0, 1000), hidden=st.sampled_from([0.0, 0.4, 1.0]))
@settings(max_examples=6)
def test_what_is_hidden_is_never_quoted(form: Form, make_tables: Maker, seed: int, hidden: float) -> None:
    tables = make_tables(seed, 90, hidden)[:-1]
    found = quotable(form, tables)
    counted = [name for name in found if not name.endswith(" %")]
    assert len(counted) == sum(len(table.cells) for table in tables)
    said = [name for name in counted if found[name][Lang.EN] == "(hidden)"]
    assert len(said) == sum(table.suppressed for table in tables)
    assert all(found[f"{name} %"][Lang.ZH] == "（不便公布）" for name in said if f"{name} %" in found)
