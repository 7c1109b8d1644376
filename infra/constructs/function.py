"""One entry point as deployed: its own role, its log group, its code, and its dead-letter queue if nobody waits."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration, IgnoreMode, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.constructs.queue_worker import dead_letter_queue
from infra.entry import EVERY_FUNCTION, Entry
from infra.grants import Allowed, Estate

ROOT = Path(__file__).parents[2]


class PrakerjaFunction(Construct):
    """``functions/<name>/`` as a Lambda. Its role starts empty but for its own log and traces."""

    def __init__(
        self,
        scope: Construct,
        entry: Entry,
        config: Config,
        *,
        layers: list[lambda_.ILayerVersion],
        environment: dict[str, str],
    ) -> None:
        super().__init__(scope, entry.name)
        self.entry = entry
        log_group = log_group_for(self, "logs", f"/aws/lambda/{config.name(entry.name)}", config)
        self.role = iam.Role(
            self,
            "role",
            role_name=config.name(entry.name),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        self.allow(Allowed(("logs:CreateLogStream", "logs:PutLogEvents"), (log_group.log_group_arn,)))
        # what is called without anybody waiting (schedules) fails into the same queue as its messages
        self.dead_letters = dead_letter_queue(self, config.name(entry.name)) if entry.dead_letters else None
        self.function = lambda_.Function(
            self,
            "function",
            function_name=config.name(entry.name),
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"functions.{entry.name}.handler.handler",
            code=_code(entry.name),
            layers=layers,
            role=self.role,
            memory_size=entry.memory,
            timeout=Duration.seconds(entry.timeout),
            environment={**environment, **EVERY_FUNCTION, "POWERTOOLS_SERVICE_NAME": entry.name},
            log_group=log_group,
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=self.dead_letters,
        )

    def allow(self, allowed: Allowed) -> None:
        """Add one statement to the role."""
        self.role.add_to_policy(statement(allowed))

    def dead_letters_or_fail(self) -> sqs.Queue:
        """Its dead-letter queue. Raises ValueError for a function whose callers all wait for the answer."""
        if self.dead_letters is None:
            raise ValueError(f"{self.entry.name} has no dead-letter queue")
        return self.dead_letters

    def apply_grants(self, estate: Estate) -> None:
        """Give the role and the environment what the entry declares."""
        for grant in self.entry.grants:
            permission = grant.permission(estate)
            for allowed in permission.statements:
                self.allow(allowed)
            for name, value in permission.environment.items():
                self.function.add_environment(name, value)


def statement(allowed: Allowed) -> iam.PolicyStatement:
    """The CDK's form of a statement."""
    return iam.PolicyStatement(
        actions=list(allowed.actions),
        resources=list(allowed.resources),
        conditions={operator: dict(keys) for operator, keys in allowed.conditions.items()},
    )


def log_group_for(scope: Construct, construct_id: str, name: str, config: Config) -> logs.LogGroup:
    """A log group that forgets: logs hold no personal data, and still are not kept for ever. It goes with its stack,
    or the next one could not have its name."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=logs.RetentionDays[_RETENTION[config.log_days]],
        removal_policy=RemovalPolicy.DESTROY,
    )


_RETENTION = {7: "ONE_WEEK", 30: "ONE_MONTH", 365: "ONE_YEAR"}


def _code(name: str) -> lambda_.Code:
    """The repository with everything left out but this function, so that its dotted name is the same everywhere.

    Raises ValueError when there is none: an empty asset would deploy, and fail at its first call.
    """
    if not (ROOT / "functions" / name / "handler.py").is_file():
        raise ValueError(f"functions/{name} has no handler.py")
    wanted = ["!functions", "!functions/__init__.py", f"!functions/{name}", f"!functions/{name}/**"]
    return lambda_.Code.from_asset(
        str(ROOT), exclude=["**", *wanted, "**/__pycache__", "**/*.pyc"], ignore_mode=IgnoreMode.GIT
    )
