"""Reading synthesised templates: resources by type, and values as text in which references have readable names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACKS = ("state", "service", "watch")
PINNED = {"BEACON_PUBLIC_KEY": "3b" * 32, "ALARM_EMAIL": "duty@prakerja.example"}
"""What production cannot be made without."""

_NAMES = (
    "FunctionName", "QueueName", "TableName", "RoleName", "StateMachineName", "LogGroupName", "BucketName", "TopicName",
    "AlarmName", "AliasName", "Name",
)  # fmt: skip


@dataclass(frozen=True)
class Resource:
    """One resource of one stack."""

    stack: str
    logical_id: str
    type: str
    properties: dict[str, Any]
    whole: dict[str, Any]

    @property
    def name(self) -> str:
        """Its fixed name without ``prakerja-<stage>-``, or its logical id if it has none."""
        for key in _NAMES:
            if isinstance(text := self.properties.get(key), str):
                return re.sub(r"prakerja-(local|sandbox|production)-", "", text)
        return self.logical_id


class Templates:
    """The three templates of one stage."""

    def __init__(self, folder: Path) -> None:
        self.raw = {stack: json.loads((folder / f"{stack}.template.json").read_text()) for stack in STACKS}
        self.report = json.loads((folder / "validation-report.json").read_text())
        self.metadata = {stack: json.loads((folder / f"{stack}.metadata.json").read_text()) for stack in STACKS}
        self.folder = folder
        self.resources = {
            (stack, logical_id): Resource(stack, logical_id, whole["Type"], whole.get("Properties", {}), whole)
            for stack, template in self.raw.items()
            for logical_id, whole in template["Resources"].items()
        }
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in self.raw.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def of(self, kind: str) -> list[Resource]:
        """All resources of a type, such as ``SQS::Queue``."""
        return [resource for resource in self.resources.values() if resource.type == f"AWS::{kind}"]

    def one(self, kind: str, name: str) -> Resource:
        """The resource of this type and name."""
        (found,) = (resource for resource in self.of(kind) if resource.name == name)
        return found

    def text(self, value: Any, stack: str = "service") -> str:
        """A value with references spelled out: ``Queue notify Arn``. Anything but text and references fails."""
        match value:
            case str():
                return value
            case {"Fn::Join": [glue, parts]}:
                return str(glue).join(self.text(part, stack) for part in parts)
            case {"Ref": logical_id}:
                return self._reference(stack, logical_id, "")
            case {"Fn::GetAtt": [logical_id, attribute]}:
                return self._reference(stack, logical_id, f" {attribute}")
            case {"Fn::ImportValue": name}:
                owner, exported = self._exports[name]
                return self.text(exported, owner)
            case _:
                raise AssertionError(f"no text: {value!r}")

    def _reference(self, stack: str, logical_id: str, attribute: str) -> str:
        if (stack, logical_id) not in self.resources:
            return f"<{logical_id}>"
        resource = self.resources[stack, logical_id]
        return f"{resource.type.rsplit('::')[-1]} {resource.name}{attribute}"

    def statements(self, role: Resource) -> Iterator[Statement]:
        """What a role allows, one statement at a time. What is too long for its policy overflows into a managed one."""
        for policy in (*self.of("IAM::Policy"), *self.of("IAM::ManagedPolicy")):
            attached = [self.text(name, policy.stack) for name in policy.properties.get("Roles", [])]
            if policy.stack == role.stack and f"Role {role.name}" in attached:
                for entry in policy.properties["PolicyDocument"]["Statement"]:
                    yield self._statement(entry, policy.stack)

    def _statement(self, entry: dict[str, Any], stack: str) -> Statement:
        return Statement(
            effect=entry["Effect"],
            actions=frozenset(_listed(entry["Action"])),
            resources=frozenset(self.text(resource, stack) for resource in _listed(entry["Resource"])),
            condition=entry.get("Condition", {}),
        )

    def role_of(self, function: Resource) -> Resource:
        """The role that a function runs under."""
        return self.resources["service", function.properties["Role"]["Fn::GetAtt"][0]]

    def environment(self, function: str) -> dict[str, Any]:
        """The environment variables of a function."""
        found: dict[str, Any] = self.one("Lambda::Function", function).properties["Environment"]["Variables"]
        return found

    def allowed(self, function: str) -> dict[str, set[str]]:
        """Action → resources of a function's role."""
        found: dict[str, set[str]] = {}
        for statement in self.statements(self.role_of(self.one("Lambda::Function", function))):
            for action in statement.actions:
                found.setdefault(action, set()).update(statement.resources)
        return found


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    condition: dict[str, Any]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
