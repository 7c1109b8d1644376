"""ARNs put together from fixed names, for what does not exist yet or would depend on itself by a reference."""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from constructs import Construct


def arn_of(scope: Construct, service: str, resource: str, name: str) -> str:
    """``arn:aws:<service>:<region>:<account>:<resource>:<name>`` in the stack of ``scope``."""
    return Stack.of(scope).format_arn(
        service=service, resource=resource, resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )


def path_arn_of(scope: Construct, service: str, resource: str, name: str) -> str:
    """The same with a slash: ``…:<resource>/<name>``."""
    return Stack.of(scope).format_arn(service=service, resource=resource, resource_name=name)
