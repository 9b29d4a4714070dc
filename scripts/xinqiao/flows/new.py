"""`xinqiao new`: ready files from templates, for staff to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from xinqiao.config import Config
from xinqiao.core.form import Form, Purpose
from xinqiao.core.name import nearest
from xinqiao.core.problem import Place, refuse
from xinqiao.core.summary import Audience, MeasureKind
from xinqiao.core.text import Lang, Text
from xinqiao.dashboard.naming import measure_label
from xinqiao.flows.outcome import Outcome
from xinqiao.flows.output import unwritable, write_new
from xinqiao.flows.project import form_path, load_form
from xinqiao.forms.new import new_form_text
from xinqiao.learning.course import FOLDER
from xinqiao.learning.new import course_files, scenario_files
from xinqiao.site.events import Event, read_events
from xinqiao.site.manifest import build_moment
from xinqiao.site.new import Planned, article_files, event_files, policy_files, recap_files

ANSWERS = Text.of(zh="收到的反馈（份）", en="Feedback that came in")


def new_form(config: Config, form_id: str, titles: dict[Lang, str], purpose: Purpose) -> Outcome:
    """Writes `forms/ID.yml`. Raises XinqiaoError: new-lacks, name-unusable, form-exists, output-unwritable."""
    text = new_form_text(form_id, _title(titles), purpose)
    path = config.forms_dir / f"{form_id}.yml"
    try:
        path.parent.mkdir(exist_ok=True)
        # Never over a file that is there, not even one that another program makes at this moment.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        if path.exists():
            raise refuse("form-exists", Place(file=str(path)), form=form_id) from None
        raise unwritable(path, error) from None
    said = Text.of(
        zh=f"已写入 {path}。请打开修改，再运行 xinqiao forms check {form_id}。",
        en=f"Written: {path}. Change it, then run `xinqiao forms check {form_id}`.",
    )
    return Outcome(said=said, document={"form": form_id, "file": str(path)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person has said of an event; titles and places may lack. `what`, `ready`: as Planned has them."""

    slug: str
    titles: Mapping[Lang, str]
    places: Mapping[Lang, str]
    day: date
    start: time
    end: time
    capacity: int | None = None
    registration: str = ""
    feedback: str = ""
    what: Text | None = None
    ready: bool = False


def new_article(config: Config, slug: str, titles: Mapping[Lang, str]) -> Outcome:
    """Writes the draft of an article in both languages. Raises XinqiaoError: new-lacks, slug-unusable, file-exists."""
    return _written(config, article_files(slug, _title(titles), _today()))


def new_event(config: Config, asked: Asked) -> Outcome:
    """Writes an event into the registry and drafts of its announcement in both languages.

    Raises XinqiaoError: new-lacks, slug-unusable, new-event-ends, form-not-found, file-exists.
    """
    for form in filter(None, (asked.registration, asked.feedback)):
        form_path(config, form)
    planned = Planned(
        slug=asked.slug,
        title=_said("title", asked.titles),
        place=_said("place", asked.places),
        day=asked.day,
        start=asked.start,
        end=asked.end,
        capacity=asked.capacity,
        registration=asked.registration,
        feedback=asked.feedback,
        what=asked.what,
        ready=asked.ready,
    )
    return _written(config, event_files(planned, _today()))


def new_policy(config: Config, slug: str, titles: Mapping[Lang, str]) -> Outcome:
    """Writes the draft of a note on a policy in both languages. Raises XinqiaoError as `new_article` does."""
    return _written(config, policy_files(slug, _title(titles), _today()))


def new_course(config: Config, slug: str, titles: Mapping[Lang, str]) -> Outcome:
    """Writes the drafts of a course and its first lesson. Raises XinqiaoError as `new_article` does."""
    return _written(config, course_files(slug, _title(titles), _today()))


def new_scenario(config: Config, course: str, name: str, titles: Mapping[Lang, str]) -> Outcome:
    """Writes the draft of a scenario in a course that is there.

    Raises XinqiaoError: new-course-unknown, new-lacks, slug-unusable, file-exists.
    """
    known = sorted(path.name for path in (config.root / FOLDER).glob("*") if path.is_dir())
    if course not in known:
        raise refuse("new-course-unknown", course=course, nearest=nearest(course, known))
    return _written(config, scenario_files(course, name, _title(titles)))


def new_recap(config: Config, slug: str, what: Text | None = None, *, ready: bool = False) -> Outcome:
    """Writes the draft of an event's recap: its facts, what it covered, the figures of its feedback as codes.

    Raises XinqiaoError: new-event-unknown, file-exists, and with every fault of the registry of events.
    """
    events = read_events(config.root)
    if slug not in events:
        raise refuse("new-event-unknown", event=slug, nearest=nearest(slug, events))
    event = events[slug]
    return _written(config, recap_files(event, dict(_figures(config, event)), _today(), what, ready=ready))


def _figures(config: Config, event: Event) -> Iterator[tuple[str, Text]]:
    """Of the public summary of everybody's feedback: how many there are, and each mean."""
    if not event.feedback:
        return
    form: Form = load_form(config, event.feedback).joined
    spec = next((one for one in form.summaries if one.audience is Audience.PUBLIC and not one.by), None)
    if spec is None:
        return
    for measure in spec.measures:
        if measure.kind is MeasureKind.N and not measure.of:
            yield f"{form.id}/{spec.name}/{measure}", ANSWERS
        if measure.kind is MeasureKind.MEAN:
            label = measure_label(form, measure.of)
            said = {Lang.ZH: f"平均分：{label[Lang.ZH]}", Lang.EN: f"Mean: {label[Lang.EN]}"}
            yield f"{form.id}/{spec.name}/{measure}", Text(said)


def _title(titles: Mapping[Lang, str]) -> Text:
    return _said("title", titles)


def _said(name: str, words: Mapping[Lang, str]) -> Text:
    # What a terminal may send and no line of a file can hold, such as line breaks, becomes a space.
    clean = {lang: "".join(char if char.isprintable() else " " for char in words.get(lang, "")) for lang in Lang}
    if lacking := [f"--{name}-{lang.value}" for lang in Lang if not clean[lang].strip()]:
        raise refuse("new-lacks", options=", ".join(lacking))
    return Text(clean)


def _today() -> date:
    return build_moment().date()


def _written(config: Config, files: Mapping[str, str]) -> Outcome:
    write_new(config.root, files)
    listed = "、".join(files), ", ".join(files)
    said = Text.of(
        zh=f"已写入草稿 {listed[0]}。写完后运行 xinqiao check；改掉草稿标记，才会出现在网站上。",
        en=f"Drafts written: {listed[1]}. When done, run `xinqiao check`; they appear once they are no longer drafts.",
    )
    return Outcome(said=said, document={"files": list(files)})
