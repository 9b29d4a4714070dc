"""`new`: files from templates."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from xinqiao.cli.running import common, run
from xinqiao.core.form import Purpose
from xinqiao.core.text import Lang

TITLE_ZH = click.option("--title-zh", default=None, help="Title in Chinese; asked for at a terminal.")
TITLE_EN = click.option("--title-en", default=None, help="Title in English; asked for at a terminal.")
CLOCK = click.DateTime(["%H:%M"])
PURPOSES = click.Choice([purpose.value for purpose in Purpose])


@click.group(epilog="Example: xinqiao new form dormitory-survey")
def new() -> None:
    """Ready files from templates, for staff to change."""


@new.command("form", epilog="Example: xinqiao new form sleep --title-zh 睡眠小调查 --title-en 'Sleep survey'")
@common
@click.argument("form_id", metavar="ID")
@TITLE_ZH
@TITLE_EN
@click.option("--purpose", type=PURPOSES, default="survey", show_default=True, help="What the form is for.")
def new_form(project: Path, as_json: bool, form_id: str, purpose: str, **given: str | None) -> None:
    """Writes forms/ID.yml: a small commented form without a problem."""
    from xinqiao.flows.new import new_form as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, form_id, _titles(given), Purpose(purpose)))


@new.command("article", epilog="Example: xinqiao new article exam-week --title-zh 考试周 --title-en 'The exam week'")
@common
@click.argument("slug")
@TITLE_ZH
@TITLE_EN
def new_article(project: Path, as_json: bool, slug: str, **given: str | None) -> None:
    """Writes docs/zh/learn/SLUG.md and docs/en/learn/SLUG.md: drafts with the parts that an article has."""
    from xinqiao.flows.new import new_article as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, slug, _titles(given)))


@new.command(
    "event",
    epilog="Example: xinqiao new event spring-walk --title-zh 春天走走 --title-en 'A walk in spring' "
    "--date 2027-04-08 --start 16:00 --end 17:30 --place-zh 南门 --place-en 'South gate'",
)
@common
@click.argument("slug")
@TITLE_ZH
@TITLE_EN
@click.option("--place-zh", default=None, help="Place in Chinese; asked for at a terminal.")
@click.option("--place-en", default=None, help="Place in English; asked for at a terminal.")
@click.option("--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day of the event.")
@click.option("--start", required=True, type=CLOCK, help="When it begins, Beijing time.")
@click.option("--end", required=True, type=CLOCK, help="When it ends.")
@click.option("--capacity", type=click.IntRange(1), default=None, help="How many places there are.")
@click.option("--registration", default="", metavar="FORM", help="The form to register with.")
@click.option("--feedback", default="", metavar="FORM", help="The form for feedback afterwards.")
def new_event(  # noqa: PLR0913, PLR0917 - one option a fact
    project: Path,
    as_json: bool,
    slug: str,
    day: datetime,
    start: datetime,
    end: datetime,
    capacity: int | None,
    registration: str,
    feedback: str,
    **given: str | None,
) -> None:
    """Writes docs/data/events/SLUG.yml and drafts of the announcement in both languages."""
    from xinqiao.flows.new import Asked  # noqa: PLC0415 - start-up time
    from xinqiao.flows.new import new_event as flow  # noqa: PLC0415 - start-up time

    asked = Asked(
        slug=slug,
        titles=_titles(given),
        places={lang: given[f"place_{lang.value}"] or _ask(f"地点 Place ({lang.value})") for lang in Lang},
        day=day.date(),
        start=start.time(),
        end=end.time(),
        capacity=capacity,
        registration=registration,
        feedback=feedback,
    )
    run(project, as_json, lambda config, _: flow(config, asked))


@new.command("policy", epilog="Example: xinqiao new policy plan-2027 --title-zh 工作方案 --title-en 'The plan'")
@common
@click.argument("slug")
@TITLE_ZH
@TITLE_EN
def new_policy(project: Path, as_json: bool, slug: str, **given: str | None) -> None:
    """Writes drafts of a note on a policy, document and comment kept apart, in both languages."""
    from xinqiao.flows.new import new_policy as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, slug, _titles(given)))


@new.command("course", epilog="Example: xinqiao new course sleep --title-zh 睡好觉 --title-en 'Sleeping well'")
@common
@click.argument("slug")
@TITLE_ZH
@TITLE_EN
def new_course(project: Path, as_json: bool, slug: str, **given: str | None) -> None:
    """Writes docs/courses/SLUG: drafts of the overview and of a first lesson with a question, in both languages."""
    from xinqiao.flows.new import new_course as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, slug, _titles(given)))


@new.command(
    "scenario",
    epilog="Example: xinqiao new scenario library --course peer-supporter --title-zh 图书馆里 "
    "--title-en 'In the library'",
)
@common
@click.argument("name")
@click.option("--course", required=True, metavar="SLUG", help="The course that it belongs to.")
@TITLE_ZH
@TITLE_EN
def new_scenario(project: Path, as_json: bool, name: str, course: str, **given: str | None) -> None:
    """Writes docs/courses/SLUG/scenario-NAME: drafts with a beginning, an unsafe choice and an end."""
    from xinqiao.flows.new import new_scenario as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, course, name, _titles(given)))


@new.command("recap", epilog="Example: xinqiao new recap peer-supporter-training")
@common
@click.argument("event")
def new_recap(project: Path, as_json: bool, event: str) -> None:
    """Writes drafts of an event's recap in both languages: its facts, and the released figures of its feedback."""
    from xinqiao.flows.new import new_recap as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, event))


def _titles(given: Mapping[str, str | None]) -> dict[Lang, str]:
    return {lang: given[f"title_{lang.value}"] or _ask(f"标题 Title ({lang.value})") for lang in Lang}


def _ask(question: str) -> str:
    return str(click.prompt(question, err=True)) if sys.stdin.isatty() else ""  # asks a person, never a program
