"""One scene for all tests of a module; each finds it as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.scene import Scene, scene_on_moto

Back = Callable[[], None]


@pytest.fixture(scope="module")
def _set_once() -> Iterator[tuple[Scene, Back]]:
    with scene_on_moto() as made:
        yield made, made.rewind()


@pytest.fixture
def scene(_set_once: tuple[Scene, Back]) -> Scene:
    """A programme in full swing."""
    made, back = _set_once
    back()
    return made
