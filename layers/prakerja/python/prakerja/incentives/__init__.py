"""What members earn, and when it may be paid. The command is in ``service``: payouts need not load what it stands on."""

from prakerja.incentives.errors import IncentiveNotFailed
from prakerja.incentives.model import (
    JOB_SEARCH,
    Incentive,
    IncentiveState,
    Missing,
    paid_by,
    taken_into_run,
    withheld,
    words,
)
from prakerja.incentives.store import (
    DUE_KIND,
    IncentiveMoved,
    incentive_from_item,
    incentive_key,
    incentives_of,
    moved,
    postponed,
    reschedule,
    settled,
)

__all__ = [
    "DUE_KIND",
    "JOB_SEARCH",
    "Incentive",
    "IncentiveMoved",
    "IncentiveNotFailed",
    "IncentiveState",
    "Missing",
    "incentive_from_item",
    "incentive_key",
    "incentives_of",
    "moved",
    "paid_by",
    "postponed",
    "reschedule",
    "settled",
    "taken_into_run",
    "withheld",
    "words",
]
