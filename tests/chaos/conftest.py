"""The crash matrix walks along one journey, so its tests keep their order even where all others are shuffled."""

from __future__ import annotations

import pytest

WALKING = "test_crash_matrix.py"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [place for place, item in enumerate(items) if item.path.name == WALKING]
    for place, item in zip(places, sorted((items[place] for place in places), key=_number), strict=True):
        items[place] = item


def _number(item: pytest.Item) -> int:
    number: int = item.callspec.params["number"]  # type: ignore[attr-defined]
    return number
