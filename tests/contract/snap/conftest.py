"""Fixtures of the payment contract tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.snap.standin import BY_THE_STANDARD, Bank


@pytest.fixture(params=BY_THE_STANDARD)
def bank(request: pytest.FixtureRequest) -> Iterator[Bank]:
    """Each provider in turn: a bank and a wallet."""
    opened = Bank.open(request.param)
    yield opened
    opened.engine.close()
