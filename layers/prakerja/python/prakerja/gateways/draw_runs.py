"""Executions of the draw's state machine: fulfils `prakerja.waves.ports.DrawRuns`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsRuns:
    """Names make starting idempotent: AWS keeps a name taken for 90 days."""

    def __init__(self, client: SFNClient, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, name: str, *, wave_id: str, phase: str, attempt: int) -> None:
        """See the port."""
        run = json.dumps({"wave_id": wave_id, "phase": phase, "attempt": attempt})
        try:
            self._client.start_execution(stateMachineArn=self._machine_arn, name=name, input=run)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def status(self, name: str) -> str | None:
        """See the port."""
        arn = self._machine_arn.replace(":stateMachine:", ":execution:") + f":{name}"
        try:
            return str(self._client.describe_execution(executionArn=arn)["status"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return None
            raise
