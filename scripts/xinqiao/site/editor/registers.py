"""The registers of services, contacts and corrections, as the editor writes them."""

from __future__ import annotations

from collections.abc import Mapping

from xinqiao.core.text import Text
from xinqiao.site import contacts, corrections, page, services
from xinqiao.site.editor.fields import SLUG, Collection, Field, Kind, Style
from xinqiao.site.entries import SOURCE_ONLY

PURPOSES = {
    contacts.Purpose.DATA_RIGHTS: Text.of(zh="数据权利", en="Rights over one's data"),
    contacts.Purpose.CORRECTIONS: Text.of(zh="纠错", en="Corrections"),
    contacts.Purpose.ACCESSIBILITY: Text.of(zh="无障碍", en="Accessibility"),
}
COMMON: Mapping[str, Field] = {
    "id": Field(name="id", pattern=SLUG),
    "fictional": Field(name="fictional", kind=Kind.FLAG, optional=True),
    "checked_on": Field(name="checked_on", kind=Kind.DAY),
    "checked_by": Field(name="checked_by", start=SOURCE_ONLY),
}


def register_collections() -> tuple[Collection, ...]:
    """Services, contacts and corrections."""
    return (
        Collection(
            name="services",
            label=Text.of(zh="校内可以去的地方", en="Where to go on campus"),
            style=Style.LIST,
            file=services.FILE,
            fields=_service(),
            icon="home_health",
        ),
        Collection(
            name="contacts",
            label=Text.of(zh="联系人", en="Contacts"),
            style=Style.LIST,
            file=contacts.FILE,
            fields=_contact(),
            icon="contact_mail",
        ),
        Collection(
            name="corrections",
            label=Text.of(zh="更正", en="Corrections"),
            style=Style.LIST,
            file=corrections.FILE,
            fields=_correction(),
            icon="edit_note",
        ),
    )


def _service() -> tuple[Field, ...]:
    pairs = {name: Field(name=name, kind=Kind.PAIR) for name in services.WORDS}
    pairs |= {name: Field(name=name, kind=Kind.PAIR, optional=True) for name in services.MAY_LACK}
    special = {
        "kind": Field(
            name="kind", kind=Kind.CHOICE, options={kind.value: words for kind, words in services.KINDS.items()}
        ),
        "modes": Field(
            name="modes", kind=Kind.CHOICES, options={mode.value: words for mode, words in services.MODES.items()}
        ),
        "languages": Field(
            name="languages",
            kind=Kind.CHOICES,
            options={code: Text(names) for code, names in page.LANGUAGES.items()},
        ),
        **{name: Field(name=name, optional=True) for name in ("number", "web")},
    }
    return tuple({**COMMON, **pairs, **special}[name] for name in services.KEYS)


def _contact() -> tuple[Field, ...]:
    options = {purpose.value: words for purpose, words in PURPOSES.items()}
    special = {
        "for": Field(name="for", kind=Kind.CHOICES, options=options),
        "name": Field(name="name", kind=Kind.PAIR),
        "answers": Field(name="answers", kind=Kind.PAIR),
        "place": Field(name="place", kind=Kind.PAIR, optional=True),
        **{name: Field(name=name, optional=True) for name in ("mail", "number")},
    }
    return tuple({**COMMON, **special}[name] for name in contacts.KEYS)


def _correction() -> tuple[Field, ...]:
    special = {
        "date": Field(name="date", kind=Kind.DAY),
        "page": Field(name="page"),
        "was": Field(name="was", kind=Kind.PAIR),
        "now": Field(name="now", kind=Kind.PAIR),
    }
    return tuple({**COMMON, **special}[name] for name in corrections.KEYS)
