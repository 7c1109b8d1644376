"""Commands of payouts: link an account, prepare and release a run, send a payout, find out what became of it."""

from prakerja.payouts.service.accounts import link_account
from prakerja.payouts.service.changing import account_ready, cancel_change, due_accounts, unlink
from prakerja.payouts.service.channels import channel
from prakerja.payouts.service.collecting import prepare_run
from prakerja.payouts.service.ending import end_payments
from prakerja.payouts.service.funds import Cover, Funds, funds_for
from prakerja.payouts.service.inquiring import due_payouts, inquire_payout, look_again
from prakerja.payouts.service.judging import VERDICT, pass_verdict, propose_verdict, verdict_approved
from prakerja.payouts.service.pacing import Pace
from prakerja.payouts.service.releasing import (
    RELEASE,
    due_runs,
    propose_release,
    queue_shard,
    release_approved,
    release_run,
    start_run,
)
from prakerja.payouts.service.screening import due_withheld, screen_member
from prakerja.payouts.service.sending import send_payout
from prakerja.payouts.service.switching import (
    START,
    list_channels,
    propose_start,
    start_approved,
    start_channel,
    stop_channel,
)
from prakerja.payouts.service.telling import take_callback
from prakerja.payouts.service.withdrawing import withdraw_run, withdraw_shard

__all__ = [
    "RELEASE",
    "START",
    "VERDICT",
    "Cover",
    "Funds",
    "Pace",
    "account_ready",
    "cancel_change",
    "channel",
    "due_accounts",
    "due_payouts",
    "due_runs",
    "due_withheld",
    "end_payments",
    "funds_for",
    "inquire_payout",
    "link_account",
    "list_channels",
    "look_again",
    "pass_verdict",
    "prepare_run",
    "propose_release",
    "propose_start",
    "propose_verdict",
    "queue_shard",
    "release_approved",
    "release_run",
    "screen_member",
    "send_payout",
    "start_approved",
    "start_channel",
    "start_run",
    "stop_channel",
    "take_callback",
    "unlink",
    "verdict_approved",
    "withdraw_run",
    "withdraw_shard",
]
