"""`xinqiao intake`: the receiver, and what the store holds, in counts only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from xinqiao.config import FILE, Config, load_config
from xinqiao.core.form import Form
from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, Problem, XinqiaoError
from xinqiao.core.question import Kind
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.project import load_forms, recipients
from xinqiao.forms.outcome_words import outcomes
from xinqiao.intake.copies import backup, merge
from xinqiao.intake.receiver import App, Door, receiver_app, serve
from xinqiao.intake.store import Store


def doors(config: Config) -> Mapping[str, Door]:
    """What the receiver lets in: the forms whose readers' keys are set up.

    Raises XinqiaoError as `load_forms` does, and intake-form-unknown.
    """
    forms = load_forms(config)
    _check_limits(config, [form.id for form in forms])
    return {form.id: _door(config, form, sealed_to) for form in forms if (sealed_to := recipients(config, form)[0])}


def _check_limits(config: Config, known: list[str]) -> None:
    """A limit that is meant for a form has to meet one."""
    problems = [
        Problem(
            code="intake-form-unknown",
            place=Place(file=FILE),
            params={"form": name, "nearest": nearest(name, known)},
        )
        for name in config.intake.forms
        if name not in known
    ]
    if problems:
        raise XinqiaoError(problems)


def _door(config: Config, form: Form, sealed_to: tuple[str, ...]) -> Door:
    page = {lang: f"{config.site_url}{lang.value}/forms/{form.id}/" for lang in Lang}
    below = {name: {lang: f"{address}{name}/" for lang, address in page.items()} for name in outcomes(form)}
    return Door(
        form=form.id,
        version=form.version,
        recipients=sealed_to,
        fields={q.name: q.kind is Kind.SELECT_MULTIPLE for q in form.questions if q.answered},
        thanks=below["thanks"],
        refused=below["not-accepted"],
        occasion=form.occasion,
        waiting=below.get("waiting", {}),
        closed=below.get("closed", {}),
        limits=config.intake.of(form.id),
    )


def fresh_doors(config: Config) -> Callable[[], Mapping[str, Door] | None]:
    """A function that gives the doors anew where a file that they are made of has changed, else None.

    It raises XinqiaoError once for each state of the files that has a fault.
    """
    seen = _state(config)

    def fresh() -> Mapping[str, Door] | None:
        nonlocal seen
        if (state := _state(config)) == seen:
            return None
        seen = state
        # Where site and receiver are reached is settled when the receiver starts.
        return doors(replace(load_config(config.root), site_url=config.site_url, receiver_url=config.receiver_url))

    return fresh


def _state(config: Config) -> tuple[tuple[str, int, int], ...]:
    """Every file that doors are made of, with its time of change and its length."""
    events = (config.root / "docs" / "data" / "events").glob("*.yml")
    keys = config.keys_dir.glob("*.pub") if config.demonstration else ()
    files = [config.root / FILE, *config.forms_dir.rglob("*.yml"), *events, *keys]
    found = []
    for path in sorted(files):
        try:
            status = path.stat()
        except FileNotFoundError:
            # Just being replaced by its new version.
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


def receiver(config: Config) -> App:
    """The receiver as the settings have it; new forms and events come in while it runs."""
    return receiver_app(
        config.store_path,
        doors(config),
        origin=site_origin(config),
        fresh=fresh_doors(config),
        limits=config.intake,
    )


def site_origin(config: Config) -> str:
    """The origin of the site, the only one that the receiver answers to."""
    parts = urlsplit(config.site_url)
    return f"{parts.scheme}://{parts.netloc}"


def serve_receiver(config: Config, host: str, port: int) -> Outcome:
    """Runs the receiver until it is stopped."""
    serve(receiver(config), host, port)
    return Outcome(said=Text.of(zh="接收端已停止。", en="The receiver has stopped."))


def list_intake(config: Config) -> Outcome:
    """How many sealed envelopes each form has."""
    counts: Mapping[str, int] = {}
    if config.store_path.is_file():
        with Store(config.store_path) as store:
            counts = store.counts()
    lines = [f"{form}  {count}" for form, count in sorted(counts.items())]
    said = Text.of(zh="\n".join(lines) or "还没有收到答卷。", en="\n".join(lines) or "Nothing has come in yet.")
    return Outcome(said=said, document={"forms": dict(counts)})


def back_up(config: Config, target: Path) -> Outcome:
    """Writes a consistent copy of the store, also while the receiver runs.

    Raises XinqiaoError: backup-exists, backup-unwritable, and as Store does.
    """
    copied = backup(config.store_path, target)
    said = Text.of(
        zh=f"{copied} 份封存的答卷已备份到 {target}；里面只有封存内容，请和密钥分开存放。",
        en=f"{copied} sealed envelopes were backed up to {target}. It holds sealed content only; keep it away from the "
        "keys.",
    )
    return Outcome(said=said, document={"file": str(target), "envelopes": copied})


def merge_file(config: Config, file: Path) -> Outcome:
    """Takes from a backup, or from another receiver's store, what this store lacks; nothing is doubled.

    Raises XinqiaoError: merge-unusable, merge-released, store-newer, and as Store does.
    """
    with Store(config.store_path) as store:
        merged = merge(store, file)
    said = Text.of(
        zh=f"并入 {merged.new} 份；{merged.known} 份这里已有或已到期删除，没有重复。",
        en=f"{merged.new} envelopes were merged; {merged.known} were here already or had been deleted in time.",
    )
    damaged = Problem(code="merge-damaged", params={"envelopes": merged.damaged})
    document = {"new": merged.new, "known": merged.known, "damaged": merged.damaged}
    return Outcome(said=said, document=document, problems=(damaged,) if merged.damaged else ())
