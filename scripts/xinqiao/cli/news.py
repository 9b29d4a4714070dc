"""`news`: announcements, recaps and policy notes."""

from __future__ import annotations

from pathlib import Path

import click

from xinqiao.cli.running import common, run
from xinqiao.core.text import Lang

KINDS = ("events", "recaps", "policy")


@click.group(epilog="Example: xinqiao news import ../old-blog/content --kind recaps")
def news() -> None:
    """Announcements, recaps and policy notes."""


@news.command("import", epilog="Example: xinqiao news import ../old-blog/content --kind recaps")
@common
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What the posts become.")
@click.option(
    "--lang",
    type=click.Choice([lang.value for lang in Lang]),
    default="zh",
    show_default=True,
    help="Their language.",
)
def news_import(project: Path, as_json: bool, folder: Path, kind: str, lang: str) -> None:
    """Takes the posts of another Pelican site over, with their tags; never over a file that is there."""
    from xinqiao.flows.news import import_news as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, folder, kind, Lang(lang)))
