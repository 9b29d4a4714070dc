"""A small course that is in order, for every test to copy and break."""

from __future__ import annotations

from collections.abc import Mapping

from xinqiao.learning.course import FOLDER, Course, read_courses

INDEX = """\
---
title: {title}
page_type: course
---

# {title}

<!-- help-bar -->

## A {{ #a }}

<!-- lessons -->
"""
LESSON = """\
---
title: One
page_type: lesson
---

# One

Words.

## Think { #think }

What do you do first?

- [ ] Nothing.
  That helps nobody.
- [x] Ask.
  Then they know.

More words.
"""
SCENARIO = """\
---
title: Night
page_type: scenario
---

# Night

Before it.

## Beginning { #start }

She cries.

- [Walk by](#by)
- [Sit down](#end)

## You walk by { #by .unsafe }

Nobody came. [Go back](#start)

## Morning { #end .end }

It is light. See the [numbers](#lines).

## Numbers { #lines }

<!-- help-lines -->
"""


def small_files() -> dict[str, str]:
    """Every file of the small course by its path in a project."""
    files = {}
    for lang, title in (("zh", "小课"), ("en", "Small")):
        files[f"{FOLDER}/small/index.{lang}.md"] = INDEX.format(title=title)
        files[f"{FOLDER}/small/01-one.{lang}.md"] = LESSON
        files[f"{FOLDER}/small/scenario-night.{lang}.md"] = SCENARIO
    return files


def read(files: Mapping[str, str]) -> tuple[Course, ...]:
    return read_courses({name: text.encode() for name, text in files.items()})
