"""What a template says is what is made; what is wrong with it is said at the deployment."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from sandbox.cloud.deploy import DeploymentFailed, deploy
from tests.contract.cloud.conftest import Stack
from tests.contract.cloud.stack import data_stack, write_assembly


def test_a_deployment_changes_only_what_is_different(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = data_stack()
    changed["Outputs"]["More"] = {"Value": "more"}
    folder, file = write_assembly(tmp_path, data=changed), tmp_path / "outputs.json"

    outputs = deploy(folder, stack.cloud.endpoint, file)
    assert outputs["test-data"]["More"] == "more"
    assert json.loads(file.read_text()) == outputs
    printed = capsys.readouterr().out
    assert "test-data: updated" in printed
    assert "test-service: unchanged" in printed

    began = time.monotonic()
    deploy(folder, stack.cloud.endpoint)
    assert time.monotonic() - began < 3
    assert capsys.readouterr().out.count("unchanged") == 2


def test_a_refused_schedule_fails_its_stack_and_says_why(stack: Stack, tmp_path: Path) -> None:
    bad = {
        "Resources": {
            "Wrong": {
                "Type": "AWS::Scheduler::Schedule",
                "Properties": {
                    "ScheduleExpression": "at(tomorrow)",
                    "FlexibleTimeWindow": {"Mode": "OFF"},
                    "Target": {
                        "Arn": stack.outputs["ScheduledFunctionArn"],
                        "RoleArn": stack.outputs["SchedulerRoleArn"],
                    },
                },
            }
        }
    }

    for _again in range(2):  # a failed creation does not stand in the way of the next
        with pytest.raises(DeploymentFailed, match=r"Wrong .*Invalid Schedule Expression at\(tomorrow\)"):
            deploy(write_assembly(tmp_path, bad=bad), stack.cloud.endpoint)


def test_a_large_template_is_deployed(stack: Stack, tmp_path: Path) -> None:
    large = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {f"Output{n}": {"Value": "x" * 1000} for n in range(100)},
    }

    assert deploy(write_assembly(tmp_path, large=large), stack.cloud.endpoint)["test-large"]["Output99"]


def test_a_schedule_keeps_its_time_zone(stack: Stack) -> None:
    daily = stack.cloud.client("scheduler").get_schedule(Name="test-daily", GroupName="test-waves")

    assert daily["ScheduleExpressionTimezone"] == "Asia/Jakarta"
    assert daily["Target"]["Input"] == '{"mark": "daily"}'


def test_a_locked_bucket_keeps_its_objects(stack: Stack, mark: str) -> None:
    s3 = stack.cloud.client("s3")
    version = s3.put_object(Bucket=stack.outputs["Evidence"], Key=mark, Body=b"root")["VersionId"]

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=stack.outputs["Evidence"], Key=mark, VersionId=version)
