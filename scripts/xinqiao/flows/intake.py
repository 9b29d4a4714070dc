"""`xinqiao intake`: the receiver, and what the store holds, in counts only."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from xinqiao.config import Config
from xinqiao.core.form import Form
from xinqiao.core.question import Kind
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.project import load_forms, recipients
from xinqiao.forms.outcome_words import outcomes
from xinqiao.intake.receiver import Door, receiver_app, serve
from xinqiao.intake.store import Store


def doors(config: Config) -> Mapping[str, Door]:
    """What the receiver lets in: the forms whose readers' keys are set up."""
    return {
        form.id: _door(config, form, sealed_to)
        for form in load_forms(config)
        if (sealed_to := recipients(config, form)[0])
    }


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
    )


def site_origin(config: Config) -> str:
    """The origin of the site, the only one that the receiver answers to."""
    parts = urlsplit(config.site_url)
    return f"{parts.scheme}://{parts.netloc}"


def serve_receiver(config: Config, host: str, port: int) -> Outcome:
    """Runs the receiver until it is stopped."""
    serve(receiver_app(config.store_path, doors(config), origin=site_origin(config)), host, port)
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
