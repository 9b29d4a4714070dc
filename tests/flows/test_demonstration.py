"""The demonstration's weeks: invented, the same everywhere, all of them past, with something in them to see."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinqiao import demonstration
from xinqiao.config import load_config
from xinqiao.core.form import Form
from xinqiao.core.record import Submission
from xinqiao.core.summary import four_weeks
from xinqiao.core.text import Lang
from xinqiao.dashboard.limits import share_limits
from xinqiao.dashboard.reading import Share
from xinqiao.flows import demo
from xinqiao.flows.project import load_form, load_forms
from xinqiao.forms.schema import table_schema
from xinqiao.intake.store import Store
from xinqiao.tables.read import from_submissions
from xinqiao.tables.validate import validate

TODAY = date(2026, 11, 22)
FORM = "mood"


@pytest.fixture(scope="module")
def form(root: Path) -> Form:
    return load_form(load_config(root), FORM)


def test_forms_by_week_alone_get_weeks(root: Path) -> None:
    assert [form.id for form in load_forms(load_config(root)) if demonstration.weekly(form)] == [FORM]


@settings(max_examples=10)
@given(today=st.dates(date(2026, 1, 1), date(2031, 12, 31)))
def test_every_day_lies_in_a_whole_week_before_today_and_blocks_begin_where_the_portal_begins_them(
    form: Form, today: date
) -> None:
    days = [day for day, _ in demonstration.invented_weeks(form, today)]
    monday = today - timedelta(days=today.weekday())
    assert days == sorted(days)
    assert max(days) < monday
    begin = days[0] - timedelta(days=days[0].weekday())
    passed = (monday - begin).days // 7
    assert 12 <= passed <= 15
    counted = Counter((day - begin).days // 7 for day in days)
    assert [counted[week] for week in range(passed)] == [count for count, _ in demonstration.WEEKS[:passed]]
    if begin.isocalendar().year == today.isocalendar().year:
        year, week, _ = begin.isocalendar()
        assert four_weeks(f"{year}-W{week:02}").startswith(f"{year}-W{week:02}/")


def test_the_same_answers_on_every_machine(form: Form) -> None:
    one, two = (list(islice(demonstration.invented_weeks(form, TODAY), 200)) for _ in range(2))
    assert one == two
    assert Counter(answers["mood"] for _, answers in one) == {"4": 56, "5": 49, "3": 46, "2": 31, "1": 18}


def test_the_holiday_hides_something_and_the_examinations_are_beyond_the_usual(root: Path, form: Form) -> None:
    """What a reader is to see of the weeks: by threshold and limits alone, as protecting them takes seconds."""
    k = load_config(root).health_policy.threshold
    counted: dict[str, Counter[str]] = {}
    for day, answers in demonstration.invented_weeks(form, TODAY):
        counted.setdefault(f"{day:%G-W%V}", Counter())[str(answers["mood"])] += 1
    given = list(counted.values())
    small = [min(week.values()) < k for week in given]
    assert [at for at, few in enumerate(small) if few] == [demonstration.WEEKS.index(demonstration.HOLIDAY)]
    assert sum(given[small.index(True)].values()) >= k, "that so few came can be told"
    shares = [Share(count=week["4"] + week["5"], base=sum(week.values())) for week in given]
    everybody = Share(count=sum(share.count for share in shares), base=sum(share.base for share in shares))
    limits = [share_limits(everybody, share.base) for share in shares]
    out = [
        at
        for at, (share, limit) in enumerate(zip(shares, limits, strict=True))
        if limit and not limit.holds(share.count / share.base)
    ]
    assert out == [demonstration.WEEKS.index(demonstration.EXAMINATIONS)]


def test_every_invented_answer_is_usable(form: Form) -> None:
    submissions = [
        Submission(
            id=str(number), form=form.id, form_version=form.version, lang=Lang.ZH, received=day,
            answers={name: tuple(told) if isinstance(told, list) else told for name, told in answers.items()},
        )
        for number, (day, answers) in enumerate(islice(demonstration.invented_weeks(form, TODAY), 300))
    ]  # fmt: skip
    assert len(validate(form, table_schema(form, Lang.EN), from_submissions(form, submissions)).rows) == 300


def test_weeks_are_kept_sealed_under_the_days_on_which_they_would_have_come(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XINQIAO_KEYS", raising=False)
    monkeypatch.setattr(demonstration, "WEEKS", ((2, 0.0),) * len(demonstration.WEEKS))
    shutil.copy(root / "portal.toml", tmp_path)
    shutil.copytree(root / "forms", tmp_path / "forms")
    config = load_config(tmp_path)
    form = load_form(config, FORM)
    demo._make_keys(config, (form,))
    demo._keep_weeks(config, form)
    with Store(config.store_path) as store:
        kept = [envelope.received for _, envelope in store.envelopes(FORM)]
    expected = [day for day, _ in demonstration.invented_weeks(form, date.today())]
    assert kept == expected
    assert len(kept) >= 24
