"""Commands of payouts: link an account, prepare and release a run, send a payout, find out what became of it."""

from prakerja.payouts.service.accounts import link_account, load_account
from prakerja.payouts.service.releasing import (
    RELEASE,
    due_runs,
    prepare_run,
    propose_release,
    queue_shard,
    release_approved,
    release_run,
    start_run,
)
from prakerja.payouts.service.sending import due_payouts, inquire_payout, send_payout

__all__ = [
    "RELEASE",
    "due_payouts",
    "due_runs",
    "inquire_payout",
    "link_account",
    "load_account",
    "prepare_run",
    "propose_release",
    "queue_shard",
    "release_approved",
    "release_run",
    "send_payout",
    "start_run",
]
