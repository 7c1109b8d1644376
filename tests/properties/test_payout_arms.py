"""Against the same failing providers this system pays nobody twice and tells nobody a lie; retrying blindly does."""

from __future__ import annotations

import pytest

from tests.support.effort import effort
from tests.support.payout_arms import Arm, compare

PAYOUTS = effort(60)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("dedup", [True, False], ids=["dedup", "no dedup"])
def test_this_system_pays_nobody_twice_and_tells_no_lie(dedup: bool) -> None:
    ours = compare(Arm.OURS, dedup=dedup, payouts=PAYOUTS, seed=2)
    assert (ours.double, ours.failed_but_paid, ours.paid_but_not) == (0, 0, 0)


def test_the_judge_can_tell_a_double_payment() -> None:
    naive = compare(Arm.NEW_REFERENCE, dedup=True, payouts=150, seed=2)
    assert naive.double > 0
    bridge = {dedup: compare(Arm.SAME_REFERENCE, dedup=dedup, payouts=150, seed=2).double for dedup in (True, False)}
    assert bridge[True] == 0 < bridge[False], "there the duplicate check is all that protects"
