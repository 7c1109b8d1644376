"""The small stack on the session's local cloud, and what the tests ask of it."""

from __future__ import annotations

import hashlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

from sandbox.cloud.config import REGION
from sandbox.cloud.deploy import deploy
from tests.contract.cloud.stack import write_assembly
from tests.support.cloud import Cloud


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.cloud)


T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(url: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """One HTTP request, without redirects into exceptions: an error status is an answer."""
    sent = urllib.request.Request(url, method=method, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(sent, timeout=40) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as problem:
        with problem:
            return Answer(problem.code, problem.headers, problem.read())


def until(what: Callable[[], T], seconds: float = 10.0) -> T:
    """Ask again until the answer is true; fails when it does not come in time."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, f"did not come within {seconds} s"
        time.sleep(0.05)
    return answer


@dataclass
class Stack:
    """The deployed stack."""

    cloud: Cloud
    assembly: Path
    outputs: dict[str, str]
    before_deployment: Answer
    _role_number: int = 0

    def get(self, path: str, **options: Any) -> Answer:
        return ask(self.cloud.front_url + path, **options)

    def seen(self, mark: str) -> list[dict[str, Any]]:
        """What handlers have noted under a mark, oldest first."""
        items = self.cloud.client("dynamodb").query(
            TableName=self.outputs["Seen"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": mark}},
        )["Items"]
        return [json.loads(item["facts"]["S"]) for item in items]

    def invoke(self, handler: str, **event: Any) -> Any:
        answer = self.cloud.client("lambda").invoke(FunctionName=f"test-{handler}", Payload=json.dumps(event))
        return json.load(answer["Payload"])

    def put(self, table: str, **what_to_do: str) -> None:
        """Put items in one transaction, so that their stream records come together: mark=what its handler does."""
        self.cloud.client("dynamodb").transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": self.outputs[table],
                        "Item": {"pk": {"S": mark}, "sk": {"S": "x"}, "do": {"S": do}},
                    }
                }
                for mark, do in what_to_do.items()
            ]
        )

    def as_role(self, service: str, *statements: dict[str, Any]) -> Any:
        """A client with the rights of a new role that has exactly these statements."""
        self._role_number += 1
        name = f"test-{self._role_number}"
        iam = self.cloud.client("iam")
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
        iam.put_role_policy(RoleName=name, PolicyName="it", PolicyDocument=json.dumps(policy))
        keys = self.cloud.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::000000000000:role/{name}", RoleSessionName="test"
        )["Credentials"]
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.cloud.endpoint,
            region_name=REGION,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            config=Config(retries={"max_attempts": 1}),
        )


@pytest.fixture(scope="session")
def stack(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The stack, deployed once for the session."""
    before = ask(cloud.front_url)
    folder = write_assembly(tmp_path_factory.mktemp("cdk.out"))
    by_stack = deploy(folder, cloud.endpoint)
    return Stack(cloud, folder, {key: value for outputs in by_stack.values() for key, value in outputs.items()}, before)


@pytest.fixture
def mark(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses."""
    return "t" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
