from __future__ import annotations

import pytest

from tests.support.sign_in import SignIn
from tests.support.world import World


@pytest.fixture
def budi(world: World) -> SignIn:
    """Somebody with a phone, a mailbox and a device."""
    return SignIn(world)
