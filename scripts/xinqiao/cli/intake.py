"""`intake`: the receiver and its store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xinqiao.cli.running import PASSPHRASE, common, passphrase, run, tell
from xinqiao.config import Config

if TYPE_CHECKING:
    from xinqiao.flows.outcome import Outcome, Progress


@click.group(epilog="Example: xinqiao intake list")
def intake() -> None:
    """The receiver and its store of sealed envelopes."""


@intake.command("serve", epilog="Example: xinqiao intake serve --port 8001")
@common
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; put a proxy before it.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
def intake_serve(project: Path, as_json: bool, host: str, port: int) -> None:
    """Runs the receiver until it is stopped."""
    from xinqiao.flows.intake import serve_receiver as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, host, port))


@intake.command("list", epilog="Example: xinqiao intake list --json")
@common
def intake_list(project: Path, as_json: bool) -> None:
    """Tells how many sealed envelopes each form has; counts only."""
    from xinqiao.flows.intake import list_intake as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config))


@intake.command("pull", epilog="Example: xinqiao intake pull mood-kobo")
@common
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
def intake_pull(project: Path, as_json: bool, sources: tuple[str, ...]) -> None:
    """Fetches new answers from other systems, the sources of portal.toml, and keeps them sealed; all if none is named.

    KoboToolbox, ODK Central, LimeSurvey, Formbricks, Wenjuanxing. The secret comes from the environment,
    XINQIAO_SOURCE_NAME. Run again, it goes on where it stopped; nothing is doubled. Where one of several fails, the
    others go on.
    """
    from xinqiao.flows.pull import pull_source, pull_sources  # noqa: PLC0415 - start-up time

    def flow(config: Config, progress: Progress) -> Outcome:
        if len(sources) == 1:
            return pull_source(config, sources[0], progress)
        return pull_sources(config, sources, progress)

    run(project, as_json, flow)


@intake.command("backup", epilog="Example: xinqiao intake backup /mnt/backup/2026-05-20.db")
@common
@click.argument("file", type=click.Path(path_type=Path))
def intake_backup(project: Path, as_json: bool, file: Path) -> None:
    """Writes a consistent copy of the store to FILE, also while the receiver runs; nothing is overwritten."""
    from xinqiao.flows.intake import back_up as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, file))


@intake.command("merge", epilog="Example: xinqiao intake merge /mnt/backup/2026-05-20.db")
@common
@click.argument("file", type=click.Path(path_type=Path))
def intake_merge(project: Path, as_json: bool, file: Path) -> None:
    """Takes from FILE, a backup or another receiver's store, the envelopes that are not here; nothing is doubled."""
    from xinqiao.flows.intake import merge_file as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, file))


@intake.command("import", epilog="Example: xinqiao intake import training-feedback export.csv --mapping feedback.yml")
@common
@click.argument("form")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), default=None, help="Ties columns and answers to the form.")
@click.option("--source", default="", metavar="NAME", help="The source of portal.toml that the files are exports of.")
@click.option("--suggest", is_flag=True, help="Drafts the mapping file from the first FILE; takes nothing.")
@click.option("--quarantine", type=click.Path(path_type=Path), default=None, help="A CSV of the rows set aside.")
def intake_import(
    project: Path,
    as_json: bool,
    form: str,
    files: tuple[Path, ...],
    mapping: Path | None,
    source: str,
    suggest: bool,
    quarantine: Path | None,
) -> None:
    """Takes exports of other systems, CSV or XLSX, and keeps each usable row sealed.

    Wenjuanxing, Google Forms, Microsoft Forms, LimeSurvey, Formbricks, KoboToolbox and ODK, or a plain table. Run
    again it adds what is new and doubles nothing; with --source, also what was fetched by `intake pull` before.
    Addresses, devices and times are dropped; the day stays.
    """
    from xinqiao.flows.draft_ties import draft_ties  # noqa: PLC0415 - start-up time
    from xinqiao.flows.take import take as flow  # noqa: PLC0415 - start-up time

    if quarantine and (suggest or len(files) > 1):
        raise click.UsageError("--quarantine goes with one FILE and without --suggest")
    if suggest:
        run(project, as_json, lambda config, _: draft_ties(config, form, files[0], mapping))
    else:
        read_by = {"mapping": mapping, "quarantine": quarantine}
        run(project, as_json, lambda config, progress: flow(config, form, files, progress, source=source, **read_by))


@click.command(epilog="Example: xinqiao inbox --key counsellor")
@common
@click.argument("form", default="")
@click.option("--key", default="", help="Which key opens it; the reader's by default.")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="With FORM: a CSV file, not the screen.")
@click.option("--port", default=0, help="Port of the page; a free one by default.")
@click.option("--notify", is_flag=True, help="Tells who is on duty that something waits; no key, for a timer.")
@click.option("--merge", type=click.Path(path_type=Path), default=None, help="Takes over a copy of the case log.")
@PASSPHRASE
def inbox(  # noqa: PLR0913, PLR0917 - click hands options over one by one
    project: Path,
    as_json: bool,
    form: str,
    key: str,
    output: Path | None,
    port: int,
    notify: bool,
    merge: Path | None,
    passphrase_file: Iterable[str] | None,
) -> None:
    """Opens questions and referrals in a page on their reader's own machine.

    With FORM it lists the answers to that form instead, such as registrations for one event: FORM@EVENT, for
    example event-registration@may-walk.
    """
    if ((notify or merge) and (form or key or port)) or (output and not form) or (form and port):
        raise click.UsageError("--notify and --merge stand alone; --output goes with FORM, --port without")
    from xinqiao.flows import inbox as listed  # noqa: PLC0415 - start-up time

    def opened(config: Config, progress: Progress) -> Outcome:
        if notify:
            from xinqiao.flows.notices import notify as told  # noqa: PLC0415 - start-up time

            return told(config)
        if merge:
            from xinqiao.flows.desk import merge_log  # noqa: PLC0415 - start-up time

            return merge_log(config, merge)
        words = passphrase(passphrase_file, config)
        if form:
            return listed.inbox(config, form, words, progress, key=key, output=output)
        from xinqiao.flows.sitting import sit_down  # noqa: PLC0415 - start-up time

        return sit_down(config, words, lambda outcome: tell(outcome, as_json), key=key, port=port)

    run(project, as_json, opened)


@intake.command("expire", epilog="Example: xinqiao intake expire training-feedback")
@common
@click.argument("form", default="")
@click.option("--uncovered", is_flag=True, help="Also those that no release counts yet; they will never count.")
def intake_expire(project: Path, as_json: bool, form: str, uncovered: bool) -> None:
    """Deletes envelopes older than their form's retention, for good; a form by its name, or all.

    Only those that a release covers whose counts are sealed. A tombstone (id, form, day received, day
    deleted) stays, so that the same envelope sent again is not counted again.
    """
    from xinqiao.flows.expire import expire as flow  # noqa: PLC0415 - start-up time

    run(project, as_json, lambda config, _: flow(config, date.today(), form, uncovered=uncovered))
