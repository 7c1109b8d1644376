"""Repairs of CloudFormation: what a template says must be what is made."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import s3, scheduler, secretsmanager
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from .patch import replace


def apply() -> None:
    secret = _RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    replace(secret, "create", secret_ref_is_arn)
    replace(secret, "update", _secret_by_arn)
    replace(secret, "delete", _secret_by_arn)
    bucket = _RESOURCE_HANDLERS["AWS::S3::Bucket"]
    replace(bucket, "create", bucket_object_lock)
    replace(bucket, "update", bucket_object_lock)
    schedule = _RESOURCE_HANDLERS["AWS::Scheduler::Schedule"]
    replace(schedule, "create", schedule_properties)
    replace(schedule, "update", schedule_properties)


def secret_ref_is_arn(stock: Any) -> Any:
    """`Ref` of a secret gives its name.

    CDK's `grant_read` puts the `Ref` into the policy as a resource, so the grant matches nothing and the function
    is refused. On AWS a secret's physical id, and so its `Ref`, is the ARN.
    """

    def create(*args: Any, **kwargs: Any) -> tuple[str, dict[str, str]]:
        _name, attributes = stock(*args, **kwargs)
        return attributes["Arn"], attributes

    return create


def _secret_by_arn(stock: Any) -> Any:
    """Other half of `secret_ref_is_arn`: stock updates and deletes by name."""

    def change(physical_id: str, *args: Any, **kwargs: Any) -> Any:
        name, _secret = secretsmanager._resolve(physical_id)
        result = stock(name or physical_id, *args, **kwargs)
        return (result[1]["Arn"], result[1]) if isinstance(result, tuple) else result

    return change


def bucket_object_lock(stock: Any) -> Any:
    """The Object Lock properties of a bucket are ignored.

    The published draw folders and payment evidence would then be deletable here, and a test that tries to would
    prove nothing. AWS turns versioning and the lock on, with the default retention of the template.
    """

    def make(identity: str, *args: Any, **kwargs: Any) -> Any:
        properties = _new_properties(args)
        name, attributes = stock(identity, *args, **kwargs)
        if str(properties.get("ObjectLockEnabled")).lower() == "true":
            rule = (properties.get("ObjectLockConfiguration") or {}).get("Rule") or {}
            retention = rule.get("DefaultRetention")
            if retention:
                retention = {key: value if key == "Mode" else int(value) for key, value in retention.items()}
            s3._bucket_versioning[name] = "Enabled"
            s3._bucket_object_lock[name] = {"enabled": True, "default_retention": retention}
        return name, attributes

    return make


def schedule_properties(stock: Any) -> Any:
    """A schedule from a template loses its time zone, dates and clean-up, and its errors.

    `cron(0 9 * * ? *)` in Asia/Jakarta would run at 16:00 there, and a bad expression would be found on AWS only.
    AWS makes the schedule with every property, and fails the stack when it is refused.
    """

    def make(identity: str, *args: Any, **kwargs: Any) -> Any:
        properties = _new_properties(args)
        name, attributes = stock(identity, *args, **kwargs)
        status, _headers, body = scheduler._update_schedule(name, properties)
        if status >= 400:
            raise ValueError(f"AWS::Scheduler::Schedule {name}: {json.loads(body)['Message']}")
        return name, attributes

    return make


def _new_properties(args: tuple[Any, ...]) -> dict[str, Any]:
    """What the template now says: a create is called with (new, stack, …), an update with (old, new, stack, …)."""
    properties: dict[str, Any] = args[1] if isinstance(args[1], dict) else args[0]
    return properties
