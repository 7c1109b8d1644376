"""Fixtures that every kind of test may use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from moto import mock_aws

from tests.support.cloud import cloud as cloud
from tests.support.effort import choose_profile
from tests.support.moto_truth import truthful
from tests.support.world import REGION, World, new_world

MORNING = datetime(2026, 10, 6, 3, 0, tzinfo=UTC)
"""10:00 WIB of a working day, so that no test crosses midnight because of the hour at which it is run."""

LONGEST = ("e2e", "chaos", "properties", "infra")
"""Kinds of tests, longest first."""

choose_profile()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker plays alone at the end; and copies of a young process are cheap."""
    items.sort(key=lambda item: next((n for n, kind in enumerate(LONGEST) if kind in item.path.parts), len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Function) -> Iterator[None]:
    """The emulated cloud and other programs live in real time, and so do tests that need them."""
    if "cloud" in item.fixturenames or any(item.get_closest_marker(mark) for mark in ("cloud", "e2e", "real_time")):
        return (yield)
    with time_machine.travel(MORNING, tick=True):
        return (yield)


@pytest.fixture(autouse=True)
def _no_real_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Prakerja",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh world on moto, which tells the truth."""
    with mock_aws(), truthful():
        yield new_world()
