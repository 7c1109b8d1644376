"""What wakes people: one topic, and an alarm for each way in which the system can stop keeping a promise."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.config import Config
from infra.constructs.alarms import Measure, alarm
from infra.entry import Http, NewItems, queues
from infra.functions import FUNCTIONS
from infra.outside import OUTSIDE
from infra.stacks.service import ServiceStack

OURS = "Prakerja"
"""Namespace of the metrics that our code writes."""

OUTBOX_AGE_SECONDS = 300
CODES_A_QUARTER = 10_000
"""Far above an average day's signing in and buying; each is a text that we pay for, and anybody can ask for one."""
UNKNOWN_AGE_SECONDS = 4 * 3600
"""Longer than the first seven steps of a payout's ladder of inquiries: from here on a person must look."""


class WatchStack(Stack):
    """Alarms name what they watch by its fixed name, so the service can change without asking them."""

    def __init__(
        self, scope: Construct, construct_id: str, config: Config, service: ServiceStack, **stack: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self.config = config
        self.topic = self._topic()
        self._queues()
        self._outbox()
        self._outside()
        self._payouts()
        self._books()
        self._sign_in()
        self._sweeps()
        self._given_up()
        self._draw(service)
        self._apis(service)

    def _topic(self) -> sns.Topic:
        cloudwatch = iam.ServicePrincipal(
            "cloudwatch.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
        )
        key = kms.Key(self, "alarm_key", description="Encrypts alarms on their way", enable_key_rotation=True)
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[cloudwatch], actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=["*"]
            )
        )
        topic = sns.Topic(self, "alarms", topic_name=self.config.name("alarms"), master_key=key, enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(principals=[cloudwatch], actions=["sns:Publish"], resources=[topic.topic_arn])
        )
        if self.config.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(self.config.alarm_email))
        return topic

    def _queues(self) -> None:
        for entry in FUNCTIONS:
            if entry.dead_letters:
                self._alarm(
                    kind="dead_letters",
                    subject=entry.name,
                    says=f"{entry.name} gave up on a message.",
                    measure=_queue(
                        self.config.name(f"{entry.name}-dead-letters"), "ApproximateNumberOfMessagesVisible"
                    ),
                    at_least=1,
                )
        for queue in queues(FUNCTIONS):
            self._alarm(
                kind="queue_age",
                subject=queue.name,
                says=f"A message has waited {queue.late} minutes in {queue.name}.",
                measure=_queue(self.config.name(queue.name), "ApproximateAgeOfOldestMessage"),
                at_least=queue.late * 60,
                periods=2,
            )

    def _outbox(self) -> None:
        for entry in FUNCTIONS:
            if any(isinstance(trigger, NewItems) for trigger in entry.triggers):
                self._alarm(
                    kind="relay_behind",
                    subject=entry.name,
                    says="The relay reads the stream more than a minute late.",
                    measure=Measure("AWS/Lambda", "IteratorAge", {"FunctionName": self.config.name(entry.name)}),
                    at_least=60_000,
                    periods=3,
                )
        self._alarm(
            kind="outbox_age",
            subject="programme",
            says=f"A committed message is {OUTBOX_AGE_SECONDS} seconds old and not sent, or the sweep is silent.",
            measure=Measure(OURS, "OutboxAgeSeconds", {"service": "sweep_outbox"}),
            at_least=OUTBOX_AGE_SECONDS,
            periods=5,
            missing="bad",
        )

    def _outside(self) -> None:
        for watched in OUTSIDE:
            self._alarm(
                kind="provider_unavailable",
                subject=watched.subject,
                says=watched.says,
                measure=Measure(OURS, watched.metric, {"service": watched.function, **watched.dimensions}, "Sum"),
                at_least=watched.at_least,
                minutes=watched.minutes,
                periods=watched.periods,
            )

    def _payouts(self) -> None:
        self._alarm(
            kind="payout_unknown",
            subject="oldest",
            says="We have not known for 4 hours whether a payout was paid.",
            measure=Measure(OURS, "PayoutUnknownAgeSeconds", {"service": "inquire_payout"}),
            at_least=UNKNOWN_AGE_SECONDS,
            minutes=60,  # measured at each inquiry; an hour apart at most until it is a case
        )

        for function in ("send_payout", "inquire_payout"):
            self._alarm(
                kind="payout_needs_person",
                subject=function,
                says="A payout is held, parked or overdue: only a person can decide about it.",
                measure=Measure(OURS, "PayoutNeedsPerson", {"service": function}, "Sum"),
                at_least=1,
            )
        self._alarm(
            kind="case_overdue",
            subject="oldest",
            says="A case was not resolved in time: somebody waits for a decision that no machine makes.",
            measure=Measure(OURS, "CaseOverdueSeconds", {"service": "sweep_due"}),
            at_least=60,
            minutes=5,
        )
        self._alarm(
            kind="channel_paused",
            subject="send_payout",
            says="A provider gives no clear answers, is out of reach or refuses us: its channel paused by itself.",
            measure=Measure(OURS, "ChannelPaused", {"service": "send_payout"}, "Sum"),
            at_least=1,
        )
        self._alarm(
            kind="callback_forged",
            subject="payment_callback",
            says="Somebody who is not the provider sends us call-backs, or a provider signs with another key.",
            measure=Measure(OURS, "CallbackForged", {"service": "payment_callback"}, "Sum"),
            at_least=5,
            minutes=5,
        )
        for function, metric in (
            ("prepare_payouts", "RunTotalsDiffer"),
            ("prepare_payouts", "RunNotCovered"),
            ("send_payout", "PayoutNotReleased"),
        ):
            self._alarm(
                kind="run_refused",
                subject=metric,
                says="A payout or a whole run was not released: it is not what two operators agreed on, or our account does not cover it.",
                measure=Measure(OURS, metric, {"service": function}, "Sum"),
                at_least=1,
            )

    def _books(self) -> None:
        for kind, function, metric, says in (
            (
                "reconciliation_statement_missing",
                "reconcile_payouts",
                "StatementMissing",
                "A provider's statement or settlement file is late, or cannot be read: a day is not compared.",
            ),
            (
                "reconciliation_differs",
                "reconcile_payouts",
                "ReconciliationDifferences",
                "Our attempts of a day and a provider's account of it differ. Each difference is a case.",
            ),
            ("ledger_differs", "close_day", "LedgerDiffers", "A closed ledger day is not what its transfers say."),
        ):
            self._alarm(
                kind=kind,
                subject=function,
                says=says,
                measure=Measure(OURS, metric, {"service": function}, "Sum"),
                at_least=1,
            )

    def _sign_in(self) -> None:
        for channel in ("PHONE", "EMAIL"):
            self._alarm(
                kind="codes_costly",
                subject=channel.lower(),
                says=f"{CODES_A_QUARTER:,} codes in 15 minutes: the opening of a wave, or somebody who spends our money.",
                measure=Measure(OURS, "CodeHandedOver", {"service": "notify", "channel": channel}, "Sum"),
                at_least=CODES_A_QUARTER,
                minutes=15,
            )
        self._alarm(
            kind="sso_reused",
            subject="partner_api",
            says="A code or refresh token of log in with Prakerja came a second time: a copy of it, or a partner's mistake.",
            measure=Measure(OURS, "SsoReused", {"service": "partner_api"}, "Sum"),
            at_least=5,
            minutes=5,
        )

    def _sweeps(self) -> None:
        self._alarm(
            kind="sweep_silent",
            subject="sweep_due",
            says="The sweep of due work does not run: what waits, and what lost its message, is not woken.",
            measure=Measure(OURS, "DueSwept", {"service": "sweep_due"}),
            at_least=2,  # each run counts 1: only silence can ring
            periods=5,
            missing="bad",
        )
        for function, metric, says in (
            ("sweep_deadlines", "DeadlineSweepUnfinished", "Last night's sweep of deadlines did not end."),
            ("close_season", "SeasonCloseUnfinished", "Last night's part of the end of a season did not end."),
        ):
            self._alarm(
                kind="sweep_unfinished",
                subject=function,
                says=f"{says} Tonight's takes up what was left.",
                measure=Measure(OURS, metric, {"service": function}, "Sum"),
                at_least=1,
            )

    def _given_up(self) -> None:
        for entry in FUNCTIONS:
            if entry.queues:
                self._alarm(
                    kind="message_given_up",
                    subject=entry.name,
                    says=f"{entry.name} ended a message whose work it refused; no retry would help.",
                    measure=Measure(OURS, "MessageGivenUp", {"service": entry.name}, "Sum"),
                    at_least=1,
                )

    def _draw(self, service: ServiceStack) -> None:
        machine = {"StateMachineArn": service.machine.state_machine_arn}
        for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"):
            self._alarm(
                kind="draw_failed",
                subject=name,
                says="An execution of the draw ended without finishing.",
                measure=Measure("AWS/States", name, machine, "Sum"),
                at_least=1,
            )

    def _apis(self, service: ServiceStack) -> None:
        for host, api in service.apis.items():
            self._alarm(
                kind="api_errors",
                subject=host,
                says=f"The {host} API answered with 5xx.",
                measure=Measure("AWS/ApiGateway", "5xx", {"ApiId": api.api.api_id}, "Sum"),
                at_least=5,
                periods=2,
            )
        for entry in FUNCTIONS:
            if any(isinstance(trigger, Http) for trigger in entry.triggers):
                self._alarm(
                    kind="function_errors",
                    subject=entry.name,
                    says=f"{entry.name} crashed; an error that we foresee is an answer, not a crash.",
                    measure=Measure("AWS/Lambda", "Errors", {"FunctionName": self.config.name(entry.name)}, "Sum"),
                    at_least=1,
                    minutes=5,
                )

    def _alarm(self, **properties: Any) -> None:
        alarm(self, self.config, self.topic, **properties)


def _queue(name: str, metric: str) -> Measure:
    return Measure("AWS/SQS", metric, {"QueueName": name})
