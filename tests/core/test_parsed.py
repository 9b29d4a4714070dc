"""What comes from outside is taken as one type or refused, never bent into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from xinqiao.core.parsed import as_flag, as_list, as_object, as_objects, as_string, as_whole

RIGHT: dict[Callable[[object], object], object] = {
    as_object: {"a": 1}, as_list: [1, "a"], as_objects: [{"a": 1}], as_string: "1", as_whole: 1, as_flag: True,
}  # fmt: skip


@pytest.mark.parametrize("reader", RIGHT, ids=lambda reader: reader.__name__)
def test_each_takes_its_own_kind_and_no_other(reader: Callable[[object], object]) -> None:
    for kind, value in RIGHT.items():
        if kind is reader or (reader is as_list and kind is as_objects):
            assert reader(value) == value
        else:
            with pytest.raises(TypeError):
                reader(value)
    with pytest.raises(TypeError):
        reader(None)


def test_a_list_with_one_wrong_part_is_no_list_of_objects() -> None:
    with pytest.raises(TypeError):
        as_objects([{"a": 1}, "b"])
