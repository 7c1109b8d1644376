"""What members earn, and when it may be paid. The command is in ``service``: payouts need not load what it stands on."""

from prakerja.incentives.errors import IncentiveNotFailed
from prakerja.incentives.model import (
    JOB_SEARCH,
    Claim,
    Incentive,
    IncentiveState,
    Missing,
    forfeited,
    paid_by,
    taken_into_run,
    withheld,
    words,
)
from prakerja.incentives.store import (
    DUE_KIND,
    IncentiveMoved,
    claims_of,
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
    "Claim",
    "Incentive",
    "IncentiveMoved",
    "IncentiveNotFailed",
    "IncentiveState",
    "Missing",
    "claims_of",
    "forfeited",
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
