"""`xinqiao new`: ready files from templates, for staff to change."""

from __future__ import annotations

from xinqiao.config import Config
from xinqiao.core.form import Purpose
from xinqiao.core.problem import Place, refuse
from xinqiao.core.text import Lang, Text
from xinqiao.flows.outcome import Outcome
from xinqiao.forms.new import new_form_text


def new_form(config: Config, form_id: str, titles: dict[Lang, str], purpose: Purpose) -> Outcome:
    """Writes `forms/ID.yml`. Raises XinqiaoError: new-form-title, name-unusable, form-exists, output-unwritable."""
    # What a terminal may send and no line of YAML can hold, such as line breaks, becomes a space.
    clean = {lang: "".join(char if char.isprintable() else " " for char in titles.get(lang, "")) for lang in Lang}
    if lacking := [f"--title-{lang.value}" for lang in Lang if not clean[lang].strip()]:
        raise refuse("new-form-title", options=", ".join(lacking))
    text = new_form_text(form_id, Text(clean), purpose)
    path = config.forms_dir / f"{form_id}.yml"
    try:
        path.parent.mkdir(exist_ok=True)
        # Never over a file that is there, not even one that another program makes at this moment.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        if path.exists():
            raise refuse("form-exists", Place(file=str(path)), form=form_id) from None
        reason = error.strerror or type(error).__name__
        raise refuse("output-unwritable", Place(file=str(path)), reason=reason) from None
    said = Text.of(
        zh=f"已写入 {path}。请打开修改，再运行 xinqiao forms check {form_id}。",
        en=f"Written: {path}. Change it, then run `xinqiao forms check {form_id}`.",
    )
    return Outcome(said=said, document={"form": form_id, "file": str(path)})
