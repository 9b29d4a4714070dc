"""The configuration of the editor (Sveltia CMS), made from the collections: for this machine or for a Git host.

Source: https://sveltiacms.app/en/docs, the options as of version 0.221.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinqiao.core.text import Lang, Text
from xinqiao.site.editor.fields import Collection, Field, Kind, Style
from xinqiao.site.pictures import LARGEST, PICTURES

# The news' own way of writing metadata; the page's script reads and writes it.
NEWS_FORMAT = "xinqiao-news"
# What a photograph is shrunk to before it is kept, in pixels.
WIDEST = 1600
# On pages of news, `news/KIND/SLUG/`, pictures lie two folders up.
SHOWN_FROM = "../../pictures"
WIDGETS: Mapping[Kind, Mapping[str, object]] = {
    Kind.LINE: {"widget": "string"},
    Kind.PROSE: {"widget": "richtext", "modes": ["rich_text", "raw"], "linked_images": False},
    Kind.SOURCE: {"widget": "richtext", "modes": ["raw"]},
    Kind.NUMBER: {"widget": "number", "value_type": "int"},
    Kind.FLAG: {"widget": "boolean"},
    Kind.DAY: {"widget": "datetime", "type": "date", "format": "YYYY-MM-DD", "time_format": False},
    Kind.CHOICE: {"widget": "select"},
    Kind.CHOICES: {"widget": "select", "multiple": True},
    Kind.PAIR: {"widget": "object"},
    Kind.PART: {"widget": "object"},
    Kind.MANY: {"widget": "list"},
    Kind.HIDDEN: {"widget": "hidden"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Where the editor keeps what is written: a Gitea, which `xinqiao admin` plays, or a GitLab.

    api: the address of its interface; repo: OWNER/NAME; branch; host: where it is signed in to; app: the id under
    which the host knows the editor, empty where one signs in with a token.
    """

    name: str
    api: str
    repo: str
    branch: str
    host: str = ""
    app: str = ""

    def config(self) -> dict[str, object]:
        """As the editor wants it."""
        made: dict[str, object] = {
            "name": self.name,
            "repo": self.repo,
            "branch": self.branch,
            "api_root": self.api,
            "auth_methods": ["oauth", "token"] if self.app else ["token"],
        }
        if self.host:
            made |= {"base_url": self.host}
        if self.app:
            made |= {"app_id": self.app}
        if self.app and self.name == "gitlab":
            made |= {"auth_type": "pkce", "auth_endpoint": "oauth/authorize"}
        return made


def cms_config(
    every: Sequence[Collection], backend: Backend, lang: Lang, *, site_url: str, title: Text
) -> dict[str, object]:
    """The whole configuration, its labels in one language; `site_url`: where the pages are seen."""
    return {
        "load_config_file": False,
        "backend": backend.config(),
        "app_title": {Lang.ZH: f"{title[lang]} · 编辑", Lang.EN: f"{title[lang]} · editor"}[lang],
        "site_url": site_url,
        "media_folder": f"/{PICTURES}",
        "public_folder": "/news/pictures",
        "media_libraries": {
            "default": {
                "config": {
                    "max_file_size": LARGEST,
                    "slugify_filename": True,
                    "transformations": {
                        "raster_image": {"format": "webp", "quality": 80, "width": WIDEST, "height": WIDEST}
                    },
                }
            },
            "stock_assets": False,
        },
        "i18n": {
            "structure": "multiple_files",
            "locales": [each.value for each in Lang],
            "default_locale": Lang.ZH.value,
            "initial_locales": "all",
        },
        "slug": {"encoding": "ascii", "clean_accents": True},
        # Both languages side by side; the page as it will be is seen in the portal's own preview.
        "editor": {"preview": False},
        "output": {"yaml": {"indent_size": 2}},
        "collections": [_collection(one, lang) for one in every],
    }


def _collection(one: Collection, lang: Lang) -> dict[str, object]:
    made: dict[str, object] = {"name": one.name, "label": one.label[lang], "icon": one.icon}
    fields = [_field(each, lang, i18n=one.style in {Style.NEWS, Style.PAGE}) for each in one.fields]
    if one.style is Style.LIST:
        listed = {
            "name": "entries",
            "label": one.label[lang],
            "widget": "list",
            "root": True,
            "summary": f"{{{{name.{lang.value}}}}}",
            "collapsed": True,
            "fields": fields,
        }
        file = {"name": one.name, "label": one.label[lang], "file": one.file, "format": "yaml", "fields": [listed]}
        return made | {"files": [file], "i18n": False}
    made |= {
        "folder": one.folder.replace("{lang}", "{{locale}}"),
        "fields": fields,
        "create": True,
        "delete": one.style is not Style.ENTRY,
    }
    match one.style:
        case Style.ENTRY:
            made |= {"extension": "yml", "format": "yaml", "i18n": False, "identifier_field": "slug"}
            made |= {"slug": "{{fields.slug}}", "summary": f"{{{{title.{lang.value}}}}}"}
        case Style.NEWS:
            made |= {"format": NEWS_FORMAT, "i18n": True, "identifier_field": "Title"}
            made |= {"slug": "{{fields.Slug}}", "summary": "{{Title}} · {{Status}}"}
            made |= {"sortable_fields": ["Date", "Title"], "media_folder": f"/{PICTURES}", "public_folder": SHOWN_FROM}
        case _:
            made |= {"extension": "md", "format": "yaml-frontmatter", "i18n": True, "identifier_field": "title"}
            made |= {"slug": {"template": "{{title}}", "editable": True}}
    return made


def _field(field: Field, lang: Lang, *, i18n: bool) -> dict[str, object]:
    made: dict[str, object] = {"name": field.name, "label": field.label[lang], **WIDGETS[field.kind]}
    if field.kind is not Kind.HIDDEN:
        made["required"] = not field.optional and field.kind is not Kind.FLAG
    if field.hint:
        made["hint"] = field.hint[lang]
    if field.start is not None:
        made["default"] = field.start
    if field.pattern:
        made["pattern"] = [f"^{field.pattern}$", field.hint[lang] if field.hint else field.pattern]
    if field.options:
        made["options"] = [{"label": words[lang], "value": value} for value, words in field.options.items()]
    elif field.kind in {Kind.CHOICE, Kind.CHOICES}:
        made["options"] = []
    if field.event:
        made |= _event_relation(lang)
    if i18n:
        made["i18n"] = True if field.each else "duplicate"
    if field.kind is Kind.PAIR:
        made["fields"] = [
            {"name": each.value, "label": {Lang.ZH: "中文", Lang.EN: "English"}[each], "widget": "string"}
            for each in Lang
        ]
    elif field.fields:
        made["fields"] = [_field(each, lang, i18n=False) | ({"i18n": True} if i18n else {}) for each in field.fields]
    return made


def _event_relation(lang: Lang) -> dict[str, object]:
    return {
        "widget": "relation",
        "collection": "facts",
        "value_field": "slug",
        "search_fields": ["title.zh", "title.en", "slug"],
        "display_fields": [f"title.{lang.value}"],
    }
