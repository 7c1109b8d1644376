"""Fixtures of the payment contract tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.snap.standin import NUMBERS, Bank


@pytest.fixture(params=sorted(NUMBERS))
def bank(request: pytest.FixtureRequest) -> Iterator[Bank]:
    """Each provider in turn: a bank and a wallet."""
    opened = Bank.open(request.param)
    yield opened
    opened.engine.close()
