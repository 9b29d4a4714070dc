"""From answers to safe tables: `validate`, `summarize`, `audit`, `release`, `region`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xinqiao.cli.running import PASSPHRASE, common, passphrase, run

if TYPE_CHECKING:
    from xinqiao.config import Config
    from xinqiao.flows.outcome import Outcome, Progress


@click.command(epilog="Example: xinqiao validate training-feedback answers.xlsx --clean clean.csv")
@common
@click.argument("form")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), default=None, help="JSON of what was found; no answers.")
@click.option("--clean", type=click.Path(path_type=Path), default=None, help="CSV of the rows that can be used.")
@click.option("--quarantine", type=click.Path(path_type=Path), default=None, help="CSV of the rows set aside, and why.")
def validate(project: Path, as_json: bool, form: str, file: Path, **outputs: Path | None) -> None:
    """Checks a CSV or XLSX of answers: tells what can be used and what cannot, and why."""
    from xinqiao.flows.validate import validate as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, form, file, progress, **outputs))


@click.command(epilog="Example: xinqiao summarize training-feedback answers.csv --output tables")
@common
@click.argument("form")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Folder for the safe tables.")
def summarize(project: Path, as_json: bool, form: str, files: tuple[Path, ...], output: Path) -> None:
    """Turns files of answers into safe tables; never writes raw ones."""
    from xinqiao.flows.summarize import summarize as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, form, files, output, progress))


@click.command(epilog="Example: xinqiao audit docs/data/summaries/training-feedback --report audit.html")
@common
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--report", type=click.Path(path_type=Path), default=None, help="HTML page of what was found, and why.")
def audit(project: Path, as_json: bool, paths: tuple[Path, ...], report: Path | None) -> None:
    """Attacks released tables and names what can be found out.

    A PATH is a folder of released tables (each attacked alone, and all of one form together) or a .toml
    file that describes tables of others (docs/dev/audit.md).
    """
    from xinqiao.flows.audit import audit as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda _, progress: flow(paths, progress, report=report))


@click.command(epilog="Example: xinqiao release training-feedback")
@common
@click.argument("form")
@click.option("--corrects", is_flag=True, help="Leaves out the answers that are void now (xinqiao ledger void).")
@click.option("--reason-zh", default="", help="Why, in Chinese, with --corrects; published with the ledger.")
@click.option("--reason-en", default="", help="Why, in English, with --corrects; published with the ledger.")
@PASSPHRASE
def release(
    project: Path,
    as_json: bool,
    form: str,
    corrects: bool,
    reason_zh: str,
    reason_en: str,
    passphrase_file: Iterable[str] | None,
) -> None:
    """Releases the safe tables of the sealed store's answers, gated by all earlier releases."""
    from xinqiao.flows.correct import reason_of  # noqa: PLC0415 - start-up time
    from xinqiao.flows.release import release as flow  # noqa: PLC0415 - start-up time

    if (reason_zh or reason_en) and not corrects:
        raise click.UsageError("--reason-zh and --reason-en go with --corrects.")

    def released(config: Config, progress: Progress) -> Outcome:
        reason = reason_of(reason_zh, reason_en) if corrects else None
        return flow(config, form, passphrase(passphrase_file, config), progress, reason=reason)

    run(project, as_json, released)


@click.command(epilog="Example: xinqiao region north south west --output region")
@common
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Folder for the region's tables.")
def region(project: Path, as_json: bool, folders: tuple[Path, ...], output: Path) -> None:
    """Merges what colleges have released into tables of their region.

    Each DIR holds one college's released tables (a copy of its docs/data/summaries) and is named as the
    college is named in the tables; `[colleges]` of portal.toml says what readers see.
    """
    from xinqiao.flows.region import region as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, progress: flow(config, folders, output, progress))
