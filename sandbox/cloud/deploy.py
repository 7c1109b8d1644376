"""Deploys an unmodified CDK cloud assembly to the local cloud, without the CDK command line."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from .assembly import Assembly, Asset, Stack, read_assembly
from .config import REGION, client

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"  # templates look it up; CDK's default qualifier
BOOTSTRAP_VERSION = "30"
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
POLL_SECONDS = 0.1


class DeploymentFailed(Exception):
    """A stack was refused or rolled back; the text names each resource that failed and why."""


def deploy(folder: Path, endpoint: str, outputs_file: Path | None = None) -> dict[str, dict[str, str]]:
    """Create or update every stack of the assembly in `folder`, in the order of their dependencies.

    Running it again changes nothing, quickly. Returns the outputs by stack name and key, and writes them as JSON to
    `outputs_file`, in the form of `cdk deploy --outputs-file`. Raises DeploymentFailed, FileNotFoundError.
    """
    assembly = read_assembly(folder)
    try:
        _bootstrap(assembly, endpoint)
    except EndpointConnectionError as problem:
        raise DeploymentFailed(f"Nothing answers at {endpoint}: start the local cloud first.") from problem
    _upload(assembly.assets, endpoint)
    cloudformation = client("cloudformation", endpoint)
    outputs = {}
    for stack in assembly.stacks:
        began = time.monotonic()
        change = _deploy_stack(cloudformation, stack, f"{endpoint}/{stack.template_bucket}/{stack.template_key}")
        outputs[stack.name] = _outputs(cloudformation, stack.name)
        print(f"{stack.name}: {change} ({time.monotonic() - began:.1f} s)", flush=True)
    if outputs_file is not None:
        outputs_file.parent.mkdir(parents=True, exist_ok=True)
        partial = outputs_file.with_suffix(".partial")
        partial.write_text(json.dumps(outputs, indent=2, sort_keys=True) + "\n")
        os.replace(partial, outputs_file)
    return outputs


def _bootstrap(assembly: Assembly, endpoint: str) -> None:
    """What `cdk bootstrap` makes on AWS, as far as templates refer to it: the asset buckets and the version."""
    s3 = client("s3", endpoint)
    existing = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for bucket in {asset.bucket for asset in assembly.assets} - existing:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("ssm", endpoint).put_parameter(
        Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
    )


def _upload(assets: tuple[Asset, ...], endpoint: str) -> None:
    """Upload what is not there yet; the key of an asset is the hash of its content."""
    s3 = client("s3", endpoint)
    for asset in assets:
        try:
            s3.head_object(Bucket=asset.bucket, Key=asset.key)
        except ClientError as problem:
            if problem.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=asset.content())


def _deploy_stack(cloudformation: Any, stack: Stack, template_url: str) -> str:
    """Bring one stack to its template; says what had to be done."""
    request = {
        "StackName": stack.name,
        "TemplateURL": template_url,  # a template over 51,200 bytes is refused as a body, here and on AWS
        "Capabilities": CAPABILITIES,
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in stack.parameters.items()],
        "Tags": [{"Key": k, "Value": v} for k, v in stack.tags.items()],
    }
    status = _status(cloudformation, stack.name)
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):  # a first creation that went wrong
        cloudformation.delete_stack(StackName=stack.name)
        _wait(cloudformation, stack.name)
        status = None
    began = time.time()
    try:
        if status is None:
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
    except ClientError as problem:
        if "No updates are to be performed" in str(problem):
            return "unchanged"
        raise DeploymentFailed(f"{stack.name}: {problem}") from problem
    expected = "CREATE_COMPLETE" if status is None else "UPDATE_COMPLETE"
    if (reached := _wait(cloudformation, stack.name)) != expected:
        raise DeploymentFailed(f"{stack.name}: {reached}\n{_failures(cloudformation, stack.name, began)}")
    return "created" if status is None else "updated"


def _status(cloudformation: Any, name: str) -> str | None:
    try:
        status: str = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as problem:
        if "does not exist" in str(problem):
            return None
        raise
    return None if status == "DELETE_COMPLETE" else status


def _wait(cloudformation: Any, name: str) -> str | None:
    while (status := _status(cloudformation, name)) is not None and status.endswith("IN_PROGRESS"):
        time.sleep(POLL_SECONDS)
    return status


def _failures(cloudformation: Any, name: str, began: float) -> str:
    """Each resource that failed since `began`, oldest first."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(
        f"  {event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED") and event["Timestamp"].timestamp() >= began - 1
    )


def _outputs(cloudformation: Any, name: str) -> dict[str, str]:
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
