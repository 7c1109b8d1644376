"""One browser for all tests of a process; each finds it as if it had never been anywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.browsing import MISSING, Phone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = __file__.rpartition("/")[0]
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker("browser")
            item.add_marker(pytest.mark.skipif(bool(MISSING), reason=MISSING))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    phone = Phone(tmp_path_factory.mktemp("chromium"))
    try:
        yield phone
    finally:
        phone.quit()


@pytest.fixture
def phone(chromium: Phone) -> Phone:
    """A phone with a new browser."""
    chromium.forget()
    return chromium
