"""Commands of incentives: earn one, have a failed one tried again, take a repayment; close a season."""

from prakerja.incentives.service.claiming import due_claims, look_at_claim, record_repayment
from prakerja.incentives.service.closing import begin_closing, close_season, season_kind
from prakerja.incentives.service.earning import retry_incentive, schedule_incentive, what_is_missing

__all__ = [
    "begin_closing",
    "close_season",
    "due_claims",
    "look_at_claim",
    "record_repayment",
    "retry_incentive",
    "schedule_incentive",
    "season_kind",
    "what_is_missing",
]
