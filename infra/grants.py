"""What an entry point may do, as small named things; each becomes exact IAM statements and the settings that go with it.

Nothing here is a wildcard action. A resource ends in ``*`` only where AWS names things that do not exist yet
(objects, executions, schedules); ``tests/infra`` lists every one of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

READ_ITEMS = ("GetItem", "BatchGetItem", "Query")
WRITE_ITEMS = ("PutItem", "UpdateItem")

SECRETS = (
    "GUARD_SECRET",
    "CODE_SECRET",
    "PAYMENT_CODE_SECRET",
    "TOKEN_SECRET",
    "RECEIPT_SECRET",
    "CURSOR_SECRET",
    "PARTNER_SECRET",
    "SNAP_SECRET",
    "SNAP_CALLBACK_SECRET",
    "REGISTRY_SECRET",
    "FACE_SECRET",
    "FORM_SECRET",
    "SSO_SECRET",
)
"""Every secret; the name is also that of the environment variable that carries its ARN."""


@dataclass(frozen=True)
class Place:
    """Where something is sent: its ARN (for roles) and its URL (for code)."""

    arn: str
    url: str


@dataclass(frozen=True)
class Estate:
    """What exists in a stage, as ARNs and names, for grants to point at."""

    tables: Mapping[str, str]
    people_key: str
    statement_key: str
    data_key: str
    secrets: Mapping[str, str]
    draw_bucket: str
    statement_bucket: str
    """Names of buckets."""
    queues: Mapping[str, Place]
    dead_letter_queues: Mapping[str, Place]
    """By function."""
    refilled: tuple[str, ...]
    """ARNs of those dead-letter queues in which messages of queues end; what lies in others has no queue to go back to."""
    draw_machine: str
    draw_executions: str
    wave_group: str
    wave_schedules: str
    wave_role: str
    turn_wave: str
    dynamodb: str
    s3: str
    """Names by which these services use a key for their caller."""


@dataclass(frozen=True)
class Allowed:
    """One IAM statement."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Permission:
    """What a grant comes to: statements of the role, and environment variables of the function."""

    statements: tuple[Allowed, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class Grant(Protocol):
    """One named thing that an entry point may do."""

    def permission(self, estate: Estate) -> Permission:
        """Turn it into IAM."""


@dataclass(frozen=True)
class Items:
    """Item actions on a table (its people key included, as DynamoDB asks for it in the caller's name)."""

    table: str
    actions: tuple[str, ...]

    def permission(self, estate: Estate) -> Permission:
        names = tuple(f"dynamodb:{action}" for action in self.actions)
        statements: tuple[Allowed, ...] = (Allowed(names, (estate.tables[self.table],)),)
        if self.table == "people":
            statements += (_through_dynamodb(estate, writes=bool(set(self.actions) - set(READ_ITEMS))),)
        return Permission(statements)


def Read(table: str, *actions: str) -> Items:
    """Read items; ``actions`` narrows it. Strongly consistent or not makes no difference to IAM."""
    return Items(table, actions or READ_ITEMS)


def Write(table: str, *actions: str) -> Items:
    """Create and change items, in a transaction or alone; deleting is asked for by name."""
    return Items(table, actions or WRITE_ITEMS)


@dataclass(frozen=True)
class Due:
    """List due work through the sparse index, which holds keys only."""

    table: str

    def permission(self, estate: Estate) -> Permission:
        statements: tuple[Allowed, ...] = (Allowed(("dynamodb:Query",), (f"{estate.tables[self.table]}/index/due",)),)
        if self.table == "people":
            statements += (_through_dynamodb(estate, writes=False),)
        return Permission(statements)


@dataclass(frozen=True)
class PutEvidence:
    """Append to the evidence; no function may change it or delete it."""

    def permission(self, estate: Estate) -> Permission:
        return Permission((Allowed(("dynamodb:PutItem",), (estate.tables["evidence"],)),))


@dataclass(frozen=True)
class ReadEvidence:
    """List the evidence about a subject: for operators and auditors alone, nothing is decided on it."""

    def permission(self, estate: Estate) -> Permission:
        return Permission((Allowed(("dynamodb:Query",), (estate.tables["evidence"],)),))


@dataclass(frozen=True)
class DataKey:
    """Seal and open personal fields: unwrap data keys. ``new``: also make them, where people are first met."""

    new: bool = False

    def permission(self, estate: Estate) -> Permission:
        actions = ("kms:Decrypt", "kms:GenerateDataKey") if self.new else ("kms:Decrypt",)
        return Permission((Allowed(actions, (estate.data_key,)),), {"DATA_KEY_ID": estate.data_key})


@dataclass(frozen=True)
class Secret:
    """Read one secret; its name is that of the environment variable."""

    name: str

    def permission(self, estate: Estate) -> Permission:
        arn = estate.secrets[self.name]
        return Permission((Allowed(("secretsmanager:GetSecretValue",), (arn,)),), {self.name: arn})


@dataclass(frozen=True)
class SendToQueues:
    """Send to every queue; only what relays messages or wakes work needs it."""

    def permission(self, estate: Estate) -> Permission:
        arns = tuple(queue.arn for queue in estate.queues.values())
        return Permission((Allowed(("sqs:SendMessage",), arns),), {"QUEUE_URLS": _urls(estate.queues)})


@dataclass(frozen=True)
class RedriveDeadLetters:
    """Look into dead-letter queues and send what lies there back to its queue."""

    def permission(self, estate: Estate) -> Permission:
        dead = tuple(queue.arn for queue in estate.dead_letter_queues.values())
        alive = tuple(queue.arn for queue in estate.queues.values())
        return Permission(
            (
                Allowed(("sqs:ReceiveMessage",), dead),
                Allowed(("sqs:DeleteMessage",), estate.refilled),
                Allowed(("sqs:SendMessage",), alive),
            ),
            {"QUEUE_URLS": _urls(estate.queues), "DEAD_LETTER_QUEUE_URLS": _urls(estate.dead_letter_queues)},
        )


@dataclass(frozen=True)
class StartDraw:
    """Start an execution of the draw and see how it is doing."""

    def permission(self, estate: Estate) -> Permission:
        return Permission(
            (
                Allowed(("states:StartExecution",), (estate.draw_machine,)),
                Allowed(("states:DescribeExecution",), (estate.draw_executions,)),
            ),
            {"DRAW_STATE_MACHINE": estate.draw_machine},
        )


@dataclass(frozen=True)
class DrawBucket:
    """Read, or read and write, the published folders of draws."""

    access: Literal["read", "write"]

    def permission(self, estate: Estate) -> Permission:
        actions = ("s3:GetObject", "s3:PutObject") if self.access == "write" else ("s3:GetObject",)
        return Permission(
            (Allowed(actions, (f"arn:aws:s3:::{estate.draw_bucket}/*",)),), {"DRAW_BUCKET": estate.draw_bucket}
        )


@dataclass(frozen=True)
class StatementBucket:
    """Settlement files and reconciliation reports: the worker reads the first and writes the second, operators the
    other way round (their uploads and downloads are signed in the function's name)."""

    access: Literal["worker", "operators"]

    def permission(self, estate: Estate) -> Permission:
        bucket = f"arn:aws:s3:::{estate.statement_bucket}"
        read, written = ("settlements", "reports") if self.access == "worker" else ("reports", "settlements")
        # a file that is not there is "not found" to who may list, else "forbidden"; operators get the names of files that are
        lists = (Allowed(("s3:ListBucket",), (bucket,)),) if self.access == "worker" else ()
        return Permission(
            (
                Allowed(("s3:GetObject",), (f"{bucket}/{read}/*",)),
                Allowed(("s3:PutObject",), (f"{bucket}/{written}/*",)),
                *lists,
                Allowed(
                    ("kms:Decrypt", "kms:GenerateDataKey"),
                    (estate.statement_key,),
                    {"StringEquals": {"kms:ViaService": estate.s3}},
                ),
            ),
            {"STATEMENT_BUCKET": estate.statement_bucket},
        )


@dataclass(frozen=True)
class ManageSchedules:
    """Make and move the one-time schedules of waves, which run under the schedules' own role and vanish when done."""

    def permission(self, estate: Estate) -> Permission:
        actions = ("scheduler:CreateSchedule", "scheduler:UpdateSchedule")
        return Permission(
            (
                Allowed(actions, (estate.wave_schedules,)),
                Allowed(
                    ("iam:PassRole",),
                    (estate.wave_role,),
                    {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
                ),
            ),
            {
                "SCHEDULE_GROUP": estate.wave_group,
                "SCHEDULE_ROLE": estate.wave_role,
                "TURN_WAVE_ARN": estate.turn_wave,
            },
        )


def _through_dynamodb(estate: Estate, *, writes: bool) -> Allowed:
    """The table's own key may be used by DynamoDB for this caller, and for nothing else."""
    actions: tuple[str, ...] = ("kms:Decrypt", "kms:DescribeKey")
    if writes:
        actions += ("kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
    return Allowed(actions, (estate.people_key,), {"StringEquals": {"kms:ViaService": estate.dynamodb}})


def _urls(places: Mapping[str, Place]) -> str:
    return json.dumps({name: place.url for name, place in places.items()})
