"""Everything that runs, as data: the stacks and their tests read this tuple.

A function has exactly the grants that its code uses; whoever changes what a function does changes its entry.
"""

from __future__ import annotations

from infra.apis import APIS
from infra.config import PROVIDERS
from infra.entry import Cron, DrawSteps, Entry, NewItems, Queue, WaveSchedules
from infra.grants import (
    DataKey,
    DrawBucket,
    Due,
    ManageSchedules,
    PutEvidence,
    Read,
    Secret,
    SendToQueues,
    StartDraw,
    StatementBucket,
    Write,
)

EVERY_MINUTE = "rate(1 minute)"

PAYS = (
    Read("people", "GetItem", "BatchGetItem"),
    Read("programme", "GetItem", "BatchGetItem"),
    PutEvidence(),
    DataKey(),
    Secret("SNAP_SECRET"),
)
"""To send a payout and to ask what became of it: the account number is opened, the provider's key read."""


FUNCTIONS: tuple[Entry, ...] = (
    *APIS,
    # works behind the scenes
    Entry(
        "verify_identity",
        triggers=(Queue("verify_identity", batch=5, concurrency=10),),
        grants=(
            Read("people", "GetItem"),
            Write("people"),
            Write("programme", "PutItem"),
            PutEvidence(),
            DataKey(),
            Secret("GUARD_SECRET"),
            Secret("REGISTRY_SECRET"),
        ),
        timeout=60,
        environment=("REGISTRY_URL",),
    ),
    Entry(
        "notify",
        triggers=(
            Queue("notify", batch=5, concurrency=20),  # 5 silent providers of 7 s each fit into the timeout
            # somebody waits for each code: one to a call, and no channel behind the other's silent provider
            Queue("notify_codes_phone", batch=1, concurrency=50, late=2),
            Queue("notify_codes_email", batch=1, concurrency=50, late=2),
        ),
        grants=(
            Read("people", "GetItem", "BatchGetItem"),
            Write("people", "PutItem", "UpdateItem", "DeleteItem"),
            Read("programme", "GetItem"),
            Write("programme", "PutItem"),
            DataKey(),
            Secret("CODE_SECRET"),
            Secret("PAYMENT_CODE_SECRET"),
        ),
        timeout=60,
        environment=("SMS_URL", "EMAIL_URL"),
    ),
    Entry(
        "turn_wave",
        triggers=(
            Queue("turn_wave", batch=1, concurrency=2),
            WaveSchedules(),
            Cron("hourly_roots", "cron(0 * * * ? *)", {"turn": "ROOTS"}),
        ),
        grants=(Read("programme"), Write("programme"), PutEvidence(), ManageSchedules(), StartDraw()),
        memory=1769,  # a whole core, for the roots over millions of joins
        timeout=300,
        environment=("CLOSE_GRACE_SECONDS",),
    ),
    Entry(
        "draw_wave",
        triggers=(DrawSteps(),),
        grants=(
            Read("people", "BatchGetItem"),
            Write("people", "PutItem"),
            Read("programme"),
            Write("programme"),
            PutEvidence(),
            DrawBucket("write"),
        ),
        memory=1769,
        timeout=900,
        environment=("BEACON_URL", "BEACON_PUBLIC_KEY", "BEACON_DELAY_SECONDS"),
    ),
    Entry(
        "schedule_incentive",
        triggers=(Queue("schedule_incentive", batch=10, concurrency=10),),
        grants=(Read("programme"), Write("programme", "PutItem")),
        timeout=60,
    ),
    Entry(
        "prepare_payouts",
        triggers=(Queue("prepare_payouts", batch=1, concurrency=2),),
        grants=(
            Read("people", "BatchGetItem"),
            Read("programme"),
            Write("programme", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
            Due("programme"),
            PutEvidence(),
            Secret("SNAP_SECRET"),
        ),
        timeout=300,
        environment=("SNAP_PROVIDERS",),
    ),
    Entry(
        "end_membership",
        triggers=(Queue("end_membership", batch=5, concurrency=8),),
        grants=(Read("programme"), Write("programme", "PutItem", "UpdateItem", "ConditionCheckItem"), PutEvidence()),
        timeout=60,
    ),
    Entry(
        "end_course",
        triggers=(Queue("end_course", batch=10, concurrency=5),),
        grants=(
            Read("programme", "GetItem", "BatchGetItem"),
            Write("programme", "PutItem", "UpdateItem"),
            PutEvidence(),
        ),
        timeout=60,
    ),
    Entry(
        "cancel_purchases",
        triggers=(Queue("cancel_purchases", batch=1, concurrency=5),),
        grants=(Read("programme"), Write("programme", "PutItem", "UpdateItem"), PutEvidence(), Due("programme")),
        timeout=60,
    ),
    Entry(
        "sweep_deadlines",
        triggers=(
            Queue("sweep_deadlines", batch=1, concurrency=4),
            Cron("nightly_deadlines", "cron(20 0 * * ? *)", {"sweep": "revoke"}),
            Cron("morning_reminders", "cron(0 9 * * ? *)", {"sweep": "remind"}),
        ),
        grants=(
            Read("programme"),
            Write("programme", "PutItem", "UpdateItem"),
            Due("programme"),
            PutEvidence(),
        ),
        timeout=120,
    ),
    Entry(
        "close_season",
        triggers=(
            Queue("close_season", batch=1, concurrency=4),
            Cron("nightly_season", "cron(30 1 * * ? *)", {"close": "seasons"}),
        ),
        grants=(
            Read("programme"),
            Write("programme", "PutItem", "UpdateItem"),
            Due("programme"),
            PutEvidence(),
        ),
        timeout=120,
    ),
    Entry(
        "open_case",
        triggers=(Queue("open_case", batch=10, concurrency=5),),
        grants=(
            Read("programme"),
            Write("programme", "PutItem", "UpdateItem", "DeleteItem"),
            PutEvidence(),
        ),
        timeout=60,
    ),
    Entry(
        "send_payout",
        triggers=tuple(
            Queue(f"send_payout_{provider.lower()}", batch=1, concurrency=at_once)
            for provider, at_once in PROVIDERS.items()
        ),
        grants=(*PAYS, Write("programme", "PutItem", "UpdateItem", "ConditionCheckItem")),
        timeout=60,
        environment=("SNAP_PROVIDERS",),
    ),
    Entry(
        "inquire_payout",
        triggers=(Queue("inquire_payout", batch=2, concurrency=5),),
        grants=(*PAYS, Write("programme", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")),
        timeout=90,
        environment=("SNAP_PROVIDERS",),
    ),
    Entry(
        "reconcile_payouts",
        triggers=(
            Queue("reconcile_payouts", batch=1, concurrency=2),
            Cron("daily_reconciliation", "cron(30 8 * * ? *)", {"round": "daily"}),
            Cron("hourly_reconciliation", "cron(5 * * * ? *)", {"round": "hourly"}),
        ),
        grants=(
            Due("programme"),
            Read("programme"),
            Write("programme", "PutItem"),
            PutEvidence(),
            Secret("SNAP_SECRET"),
            StatementBucket("worker"),
        ),
        memory=1769,
        timeout=900,  # a million rows: minutes of reading
        environment=("SNAP_PROVIDERS", "COMPARE_OPEN_DAYS"),
    ),
    Entry(
        "close_day",
        triggers=(
            Queue("close_day", batch=1, concurrency=4),
            Cron("nightly_close", "cron(45 0 * * ? *)", {"close": "nightly"}),  # after the longest worker of the day
        ),
        grants=(Read("programme", "Query", "GetItem"), Write("programme", "PutItem")),
        memory=1024,
        timeout=600,
    ),
    # carries messages, wakes work
    Entry(
        "relay_outbox",
        triggers=(NewItems("programme", prefix="OUTBOX#"),),
        grants=(Write("programme", "BatchWriteItem"), SendToQueues()),
    ),
    Entry(
        "sweep_outbox",
        triggers=(Cron("sweep_outbox", EVERY_MINUTE),),
        grants=(Read("programme", "Query"), Write("programme", "BatchWriteItem"), SendToQueues()),
        timeout=50,
    ),
    Entry(
        "sweep_due",
        triggers=(Cron("sweep_due", EVERY_MINUTE),),
        grants=(
            Due("people"),
            Due("programme"),
            Read("people", "BatchGetItem"),
            Read("programme", "BatchGetItem"),
            Write("programme", "PutItem"),
        ),
        timeout=50,
    ),
)
