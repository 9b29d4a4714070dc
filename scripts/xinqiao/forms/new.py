"""A new form file: small, commented, without a problem, made to be changed."""

from __future__ import annotations

import json
from importlib import resources
from string import Template

from xinqiao.core.form import Purpose
from xinqiao.core.name import check_name
from xinqiao.core.text import Lang, Text


def new_form_text(form_id: str, title: Text, purpose: Purpose) -> str:
    """The YAML of a new form. Raises XinqiaoError (name-unusable) for an id that cannot be a name."""
    check_name(form_id)
    template = resources.files("xinqiao").joinpath("templates", "forms", "new-form.yml").read_text(encoding="utf-8")
    # A JSON string is a YAML string in double quotes, whatever stands in it.
    titles = {f"title_{lang.value}": json.dumps(title[lang], ensure_ascii=False) for lang in Lang}
    return Template(template).substitute(titles, form_id=form_id, purpose=purpose.value)
