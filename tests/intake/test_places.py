"""Registration for an event at the receiver: places are counted, nobody waits unknowingly, the door closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from xinqiao.core.occasion import BEIJING, Occasion
from xinqiao.core.record import Envelope, envelope_id
from xinqiao.core.text import Lang, Text
from xinqiao.intake.receiver import Door, receiver_app, running
from xinqiao.intake.store import Store

from .conftest import DAY, ORIGIN, Answer, Client

SEAT = "event-registration@may-walk"
CLOSES = datetime(2026, 5, 20, 18, tzinfo=BEIJING)
WORDS = Text.of(zh="散步", en="A walk")
EVENT = Occasion(slug="may-walk", title=WORDS, when=WORDS, place=WORDS, capacity=2, closes=CLOSES)
FIELDS = urlencode({"_lang": "en", "_version": "1", "role": "class"})
Make = Callable[..., bytes]


@dataclass
class Clock:
    """What the receiver takes for now."""

    at: datetime = CLOSES - timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pages(name: str) -> dict[Lang, str]:
    return {lang: f"{ORIGIN}/{lang.value}/forms/{SEAT}/{name}/" for lang in Lang}


@pytest.fixture
def seats(door: Door, store_path: Path, clock: Clock) -> Iterator[Client]:
    to = {"thanks": "thanks", "refused": "not-accepted", "waiting": "waiting", "closed": "closed"}
    own = replace(door, form=SEAT, occasion=EVENT, **{key: pages(name) for key, name in to.items()})
    app = receiver_app(store_path, {SEAT: own}, origin=ORIGIN, today=lambda: DAY, now=lambda: clock.at)
    with running(app, "127.0.0.1", 0) as address:
        yield Client(int(address.rpartition(":")[2]))


@pytest.fixture
def register(seats: Client, sealed_answer: Make) -> Callable[[], Answer]:
    return lambda: seats.submit(sealed_answer(form=SEAT), form=SEAT)


def fill_in(client: Client) -> Answer:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.send("POST", f"/submit/{SEAT}", FIELDS.encode(), kind)


def count(path: Path) -> int:
    with Store(path) as store:
        return store.counts().get(SEAT, 0)


def test_who_comes_after_the_last_place_is_kept_and_told_of_the_waiting_list(
    register: Callable[[], Answer], store_path: Path
) -> None:
    answers = [register() for _ in range(4)]
    assert [answer.status for answer in answers] == [201] * 4
    assert [answer.json.get("waiting", False) for answer in answers] == [False, False, True, True]
    assert count(store_path) == 4


def test_the_same_bytes_again_keep_their_place(seats: Client, sealed_answer: Make, store_path: Path) -> None:
    first, *others = (sealed_answer(form=SEAT) for _ in range(4))
    for sealed in (first, *others):
        seats.submit(sealed, form=SEAT)
    assert seats.submit(first, form=SEAT).json == {"id": envelope_id(first)}
    assert seats.submit(others[-1], form=SEAT).json == {"id": envelope_id(others[-1]), "waiting": True}
    assert count(store_path) == 4


def test_after_the_closing_time_nothing_is_taken(
    register: Callable[[], Answer], clock: Clock, store_path: Path
) -> None:
    clock.at = CLOSES - timedelta(seconds=1)
    assert register().status == 201
    clock.at = CLOSES
    answer = register()
    assert (answer.status, answer.json["code"]) == (410, "submit-closed")
    assert "截止" in answer.json["zh"] and "closed" in answer.json["en"]
    assert count(store_path) == 1


def test_without_javascript_each_has_its_page(seats: Client, clock: Clock, store_path: Path) -> None:
    led = [fill_in(seats) for _ in range(3)]
    clock.at = CLOSES + timedelta(days=1)
    led.append(fill_in(seats))
    assert [answer.status for answer in led] == [303] * 4
    names = ["thanks", "thanks", "waiting", "closed"]
    assert [answer.headers["location"] for answer in led] == [pages(name)[Lang.EN] for name in names]
    assert count(store_path) == 3


def test_deleted_and_damaged_ones_keep_their_rank(envelope: Callable[..., Envelope], store_path: Path) -> None:
    came = [envelope(form=SEAT) for _ in range(3)]
    with Store(store_path) as store:
        store.append([came[0], envelope(), came[1], came[2]])
        assert [store.rank(one.id) for one in came] == [1, 2, 3]
        store.delete([1], DAY)
        assert [store.rank(one.id) for one in came] == [0, 2, 3]


def test_a_door_of_an_event_without_its_pages_cannot_be_made(door: Door) -> None:
    with pytest.raises(ValueError, match="pages"):
        replace(door, occasion=EVENT)
