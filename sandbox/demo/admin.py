"""What an administrator of the cloud account does: settings and secrets of functions, operators, dead letters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from prakerja.partners import KeyRing
from prakerja.platform import Platform
from prakerja.platform.access_patterns import TableName
from prakerja.platform.clock import SystemClock
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import NAMESPACE
from prakerja.platform.settings import Settings
from prakerja.platform.table import Table
from sandbox.cloud.config import client
from sandbox.demo.files import read_json
from sandbox.demo.options import Options

PREFIX = "prakerja-local-"
OFFSET = "PROGRAMME_OFFSET_SECONDS"


class Admin:
    """The deployed system, seen from inside the account."""

    def __init__(self, options: Options) -> None:
        self._endpoint = options.cloud.endpoint
        self._outputs = read_json(options.local.outputs)
        self._lambda = client("lambda", self._endpoint)

    def output(self, stack: str, name: str) -> str:
        """An output of a stack."""
        return str(self._outputs[PREFIX + stack][name])

    def environment(self, function: str) -> dict[str, str]:
        """The settings of a function."""
        found = self._lambda.get_function_configuration(FunctionName=PREFIX + function)
        return dict(found["Environment"]["Variables"])

    # functions ---------------------------------------------------------------------------------------------------
    def functions(self) -> list[str]:
        """The short names of all functions."""
        pages = self._lambda.get_paginator("list_functions").paginate()
        names = [function["FunctionName"] for page in pages for function in page["Functions"]]
        return sorted(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))

    def set_offset(self, seconds: int) -> None:
        """Let programme time of every function run ``seconds`` ahead of the wall clock."""
        for name in self.functions():
            variables = self.environment(name)
            if variables.get(OFFSET) != str(seconds):
                variables[OFFSET] = str(seconds)
                self._lambda.update_function_configuration(
                    FunctionName=PREFIX + name, Environment={"Variables": variables}
                )

    def invoke(self, function: str, event: dict[str, str]) -> Any:
        """Call a function and answer what it returns. Raises RuntimeError with the type of its error."""
        done = self._lambda.invoke(FunctionName=PREFIX + function, Payload=json.dumps(event).encode())
        answer = json.loads(done["Payload"].read() or b"null")
        if done.get("FunctionError"):
            raise RuntimeError(f"{function}: {answer.get('errorType')}")
        return answer

    # secrets -----------------------------------------------------------------------------------------------------
    def secret(self, name: str) -> str:
        """The text of a secret, by its name without stage."""
        found = client("secretsmanager", self._endpoint).get_secret_value(SecretId=PREFIX + name)
        return str(found["SecretString"])

    def put_secret(self, name: str, text: str) -> None:
        """Put in place what an outside party gave us."""
        if self.secret(name) != text:
            client("secretsmanager", self._endpoint).put_secret_value(SecretId=PREFIX + name, SecretString=text)

    # the programme's own commands --------------------------------------------------------------------------------
    def platform(self, offset_seconds: int) -> Platform:
        """For commands that fill the catalogue: tables and clock, neither vault nor guards."""
        environment = self.environment("partner_api")
        settings = Settings.from_environment(environment)
        clock = SystemClock(offset_seconds)
        names: dict[TableName, str] = {
            "people": settings.table_people,
            "programme": settings.table_programme,
            "evidence": settings.table_evidence,
        }
        table = Table(client("dynamodb", self._endpoint), names, clock)
        return Platform(table, clock, RandomIds(), settings)

    def key_ring(self) -> KeyRing:
        """What partners' keys are sealed under."""
        return KeyRing.of(self.secret("partner_secret"))

    # operators ---------------------------------------------------------------------------------------------------
    def create_operator(self, name: str, password: str, roles: tuple[str, ...]) -> None:
        """Make an account in the operators' pool, with groups; one that is there gets password and groups again."""
        cognito, pool = client("cognito-idp", self._endpoint), self.output("state", "OperatorPoolId")
        try:
            cognito.admin_create_user(
                UserPoolId=pool,
                Username=name,
                MessageAction="SUPPRESS",
                TemporaryPassword=password,
                UserAttributes=[{"Name": "email", "Value": f"{name}@pmo.example"}],
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
        for role in roles:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=role)

    def sign_in_operator(self, name: str, password: str) -> str:
        """The ID token of an operator who signs in now."""
        answer = client("cognito-idp", self._endpoint).initiate_auth(
            ClientId=self.output("state", "OperatorClientId"),
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    # what must hold nothing personal -----------------------------------------------------------------------------
    def dead_letters(self) -> Iterator[tuple[str, str]]:
        """(queue, message) of everything that rests in a dead-letter queue; the messages stay there."""
        sqs = client("sqs", self._endpoint)
        for url in sqs.list_queues(QueueNamePrefix=PREFIX).get("QueueUrls", []):
            if not url.endswith("-dead-letters"):
                continue
            seen: set[str] = set()
            while fresh := [m for m in _receive(sqs.receive_message, url) if m["MessageId"] not in seen]:
                seen.update(message["MessageId"] for message in fresh)
                yield from ((url.rsplit("/", 1)[-1], json.dumps(message)) for message in fresh)

    def counted(self, metric: str, since: datetime) -> int:
        """The sum of one of our own metrics, over all its dimensions."""
        watch = client("cloudwatch", self._endpoint)
        known = watch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName=metric)
        sums = [
            watch.get_metric_statistics(
                Namespace=NAMESPACE,
                MetricName=metric,
                Dimensions=one["Dimensions"],
                StartTime=since,
                EndTime=SystemClock().wall() + timedelta(minutes=1),
                Period=24 * 3600,
                Statistics=["Sum"],
            )["Datapoints"]
            for page in known
            for one in page["Metrics"]
        ]
        return int(sum(point["Sum"] for points in sums for point in points))

    def metrics(self) -> Iterator[str]:
        """Every metric, with its dimensions, as text."""
        for page in client("cloudwatch", self._endpoint).get_paginator("list_metrics").paginate():
            for metric in page["Metrics"]:
                yield json.dumps(metric)


def _receive(receive: Callable[..., dict[str, Any]], url: str) -> list[dict[str, Any]]:
    """Look at messages without taking them: they are hidden for a moment only."""
    found: list[dict[str, Any]] = receive(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2, MessageAttributeNames=["All"]
    ).get("Messages", [])
    return found
