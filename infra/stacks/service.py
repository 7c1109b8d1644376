"""What runs: functions with their roles, queues, schedules, state machine and APIs. All of it can be made again at any
time, because the truth about pending work is on items, not in queues."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.constructs.api import PrakerjaApi
from infra.constructs.draw_machine import draw_machine
from infra.constructs.function import PrakerjaFunction, log_group_for
from infra.constructs.names import arn_of
from infra.constructs.queue_worker import queue_worker
from infra.constructs.schedule import cron, schedule_role, schedules_of
from infra.constructs.stream import new_items
from infra.constructs.vendor_layer import own_layer, vendor_layer
from infra.entry import Cron, Entry, Http, NewItems, Queue
from infra.functions import FUNCTIONS
from infra.grants import Allowed, Estate, Place
from infra.stacks.state import StateStack

CONSUME = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
)
"""What a queue's mapping does in the role of its function; the last is our own short back-off."""


class ServiceStack(Stack):
    """Everything is built from ``FUNCTIONS``; what a function may do is granted last, when all it may point at exists."""

    def __init__(self, scope: Construct, construct_id: str, config: Config, state: StateStack, **stack: Any) -> None:
        super().__init__(scope, construct_id, **stack)
        self.config = config
        self.state = state
        self.queues: dict[str, sqs.Queue] = {}
        layers: list[lambda_.ILayerVersion] = [vendor_layer(self, config), own_layer(self, config)]
        self.functions = {entry.name: self._function(entry, layers) for entry in FUNCTIONS}
        self.apis = {
            "main": PrakerjaApi(self, "main_host", name="main", output="MainApiId", config=config),
            "partner": PrakerjaApi(self, "partner_host", name="partner", output="PartnerApiId", config=config),
        }
        self.crons = scheduler.CfnScheduleGroup(self, "crons", name=config.name("crons"))
        self.waves = scheduler.CfnScheduleGroup(self, "waves", name=config.name("waves"))
        for entry in FUNCTIONS:
            for trigger in entry.triggers:
                self._connect(entry, trigger)
        self.machine = draw_machine(
            self,
            name=config.name("draw_wave"),
            function=self.functions["draw_wave"].function,
            log=log_group_for(self, "draw_log", f"/aws/vendedlogs/states/{config.name('draw_wave')}", config),
            workers=config.draw_workers,
        )
        estate = self._estate()
        for built in self.functions.values():
            built.apply_grants(estate)

    def _function(self, entry: Entry, layers: list[lambda_.ILayerVersion]) -> PrakerjaFunction:
        config, offered = self.config, self._offered()
        environment = {
            "STAGE": config.stage,
            **{f"TABLE_{name.upper()}": table.table_name for name, table in self.state.tables.items()},
            "LOG_LEVEL": "INFO",
            **({"PROGRAMME_OFFSET_SECONDS": "0"} if config.time_travel else {}),
            **{name: offered[name] for name in entry.environment},
        }
        return PrakerjaFunction(self, entry, config, layers=layers, environment=environment)

    def _offered(self) -> dict[str, str]:
        """Settings that an entry can ask for by name."""
        config, outside, state = self.config, self.config.outside, self.state
        snap = {name: {"base_url": url, **config.snap_shortened} for name, url in outside.snap.items()}
        return {
            "REGISTRY_URL": outside.registry,
            "FACE_URL": outside.face,
            "SITE_URL": config.site_url,
            "SMS_URL": outside.sms,
            "EMAIL_URL": outside.email,
            "BEACON_URL": outside.beacon,
            "BEACON_PUBLIC_KEY": outside.beacon_public_key,
            "SNAP_PROVIDERS": json.dumps(snap),
            "COMPARE_OPEN_DAYS": str(config.compare_open_days).lower(),
            "OPERATOR_ISSUER": state.operator_issuer,
            "OPERATOR_JWKS_URL": state.operator_jwks_url,
            "OPERATOR_CLIENT_ID": state.operator_client_id,
            "ACCESS_TOKEN_SECONDS": str(config.access_token_seconds),
            "APPROVAL_MAX_AGE_SECONDS": str(config.approval_max_age_seconds),
            "CLOSE_GRACE_SECONDS": str(config.close_grace_seconds),
            "BEACON_DELAY_SECONDS": str(config.beacon_delay_seconds),
        }

    def _connect(self, entry: Entry, trigger: object) -> None:
        built = self.functions[entry.name]
        match trigger:
            case Http():
                self.apis[trigger.api].route(entry, trigger, built.function)
            case Queue():
                queue = queue_worker(
                    built,
                    trigger,
                    queue_name=self.config.name(trigger.name),
                    function=built.function,
                    visibility=self.config.visibility_times_timeout * entry.timeout,
                    dead_letters=built.dead_letters_or_fail(),
                )
                built.allow(Allowed(CONSUME, (queue.queue_arn,)))
                self.queues[trigger.name] = queue
            case NewItems():
                for allowed in new_items(
                    built,
                    trigger,
                    table=self.state.tables[trigger.table],
                    table_name=self.config.name(trigger.table),
                    function=built.function,
                    dead_letters=built.dead_letters_or_fail(),
                ):
                    built.allow(allowed)
            case Cron():
                self._cron(entry, trigger, built)

    def _cron(self, entry: Entry, trigger: Cron, built: PrakerjaFunction) -> None:
        role = schedule_role(
            built,
            f"cron_role_{trigger.name}",
            name=self.config.name(f"cron-{trigger.name}"),
            group=self.config.name("crons"),
            function_arn=self._function_arn(entry.name),
            dead_letters=built.dead_letters_or_fail(),
        )
        cron(
            built,
            trigger,
            name=self.config.name(trigger.name),
            group=self.crons,
            function_arn=self._function_arn(entry.name),
            role=role,
            dead_letters=built.dead_letters_or_fail(),
        )

    def _estate(self) -> Estate:
        state, config = self.state, self.config
        wave_role = schedule_role(
            self,
            "wave_schedule_role",
            name=config.name("wave-schedules"),
            group=config.name("waves"),
            function_arn=self._function_arn("turn_wave"),
        )
        return Estate(
            tables={name: table.table_arn for name, table in state.tables.items()},
            people_key=state.people_key.key_arn,
            statement_key=state.statement_key.key_arn,
            data_key=state.data_key.key_arn,
            secrets={name: secret.secret_arn for name, secret in state.secrets.items()},
            draw_bucket=state.draw_bucket_name,
            statement_bucket=state.statement_bucket_name,
            queues={name: _place(queue) for name, queue in self.queues.items()},
            dead_letter_queues={
                name: _place(built.dead_letters) for name, built in self.functions.items() if built.dead_letters
            },
            refilled=tuple(
                self.functions[entry.name].dead_letters_or_fail().queue_arn for entry in FUNCTIONS if entry.queues
            ),
            draw_machine=self.machine.state_machine_arn,
            draw_executions=arn_of(self, "states", "execution", f"{config.name('draw_wave')}:*"),
            wave_group=config.name("waves"),
            wave_schedules=schedules_of(self, config.name("waves")),
            wave_role=wave_role.role_arn,
            turn_wave=self._function_arn("turn_wave"),
            dynamodb=f"dynamodb.{self.region}.amazonaws.com",
            s3=f"s3.{self.region}.amazonaws.com",
        )

    def _function_arn(self, name: str) -> str:
        """By name, not by reference: a function that hands its own ARN to a schedule would depend on itself."""
        return arn_of(self, "lambda", "function", self.config.name(name))


def _place(queue: sqs.Queue) -> Place:
    return Place(arn=queue.queue_arn, url=queue.queue_url)
