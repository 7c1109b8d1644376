"""A small cloud assembly, as CDK would write it: two stacks, a zip of handlers, a layer."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent / "assets"
BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
BUCKET_NAME = "cdk-hnb659fds-assets-000000000000-ap-southeast-3"
HANDLERS = ("on_request", "on_invoke", "on_schedule", "on_queue", "on_task", "on_stream_partially", "on_stream_wholly")

Template = dict[str, Any]


def write_assembly(folder: Path, **changes: Template) -> Path:
    """Write the assembly into `folder`; `changes` replaces templates by stack name. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    code = {name: _digest(ASSETS / name) for name in ("functions", "layer")}
    templates = {"data": data_stack(), "service": service_stack(code), **changes}
    artifacts: dict[str, Any] = {}
    for name, template in templates.items():
        text = json.dumps(template)
        key = f"{hashlib.sha256(text.encode()).hexdigest()}.json"
        (folder / f"{name}.template.json").write_text(text)
        files = {key: _file(f"{name}.template.json", "file", key)}
        for asset, digest in code.items():
            files[digest] = _file(str((ASSETS / asset).resolve()), "zip", f"{digest}.zip")
        (folder / f"{name}.assets.json").write_text(json.dumps({"version": "48.0.0", "files": files}))
        artifacts[f"{name}.assets"] = {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}}
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"stackTemplateAssetObjectUrl": f"s3://{BUCKET}/{key}", "stackName": f"test-{name}"},
            "dependencies": [f"{name}.assets", *(["data"] if name == "service" else [])],
        }
    # The dependent stack comes first in the file: the order of deployment must come from the dependencies.
    ordered = dict(sorted(artifacts.items(), reverse=True))
    (folder / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": ordered}))
    return folder


def _file(path: str, packaging: str, key: str) -> dict[str, Any]:
    destination = {"bucketName": BUCKET, "objectKey": key, "assumeRoleArn": "arn:${AWS::Partition}:iam::0:role/x"}
    return {"source": {"path": path, "packaging": packaging}, "destinations": {"here": destination}}


def _digest(folder: Path) -> str:
    content = b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py")))
    return hashlib.sha256(content).hexdigest()


def data_stack() -> Template:
    """Tables, queues, a secret and a locked bucket."""

    def table(stream: bool = True) -> Template:
        properties: Template = {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        }
        if stream:
            properties["StreamSpecification"] = {"StreamViewType": "NEW_IMAGE"}
        return {"Type": "AWS::DynamoDB::Table", "Properties": properties}

    resources: Template = {
        "Seen": table(stream=False),
        "Partial": table(),
        "Whole": table(),
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 20}},
        "Failed": {"Type": "AWS::SQS::Queue"},
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"SecretString": "told to the right role only"},
        },
        "Evidence": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "ObjectLockEnabled": True,
                "ObjectLockConfiguration": {
                    "ObjectLockEnabled": "Enabled",
                    "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
                },
            },
        },
    }
    outputs: Template = {name: {"Value": {"Ref": name}, "Export": {"Name": f"test-{name}"}} for name in resources}
    for name in ("Partial", "Whole"):
        outputs[f"{name}Stream"] = {
            "Value": {"Fn::GetAtt": [name, "StreamArn"]},
            "Export": {"Name": f"test-{name}Stream"},
        }
    for name in ("Jobs", "Failed"):
        outputs[f"{name}Arn"] = {"Value": {"Fn::GetAtt": [name, "Arn"]}, "Export": {"Name": f"test-{name}Arn"}}
    return {"Parameters": _BOOTSTRAP, "Resources": resources, "Outputs": outputs}


_BOOTSTRAP = {
    "BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}
}


def service_stack(code: dict[str, str]) -> Template:
    """Functions with one role, two HTTP APIs, mappings, a schedule and a state machine."""

    def imported(name: str) -> Template:
        return {"Fn::ImportValue": f"test-{name}"}

    def arn(name: str) -> Template:
        return {"Fn::GetAtt": [name, "Arn"]}

    resources: Template = {
        "Role": _role("lambda", ["dynamodb:*", "sqs:*", "logs:*"]),
        "SchedulerRole": _role("scheduler", ["lambda:InvokeFunction"]),
        "MachineRole": _role("states", ["lambda:InvokeFunction"]),
        "Layer": {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Bucket": BUCKET_NAME, "S3Key": f"{code['layer']}.zip"}},
        },
        "Group": {"Type": "AWS::Scheduler::ScheduleGroup", "Properties": {"Name": "test-waves"}},
        "Daily": {
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {
                "Name": "test-daily",
                "GroupName": {"Ref": "Group"},
                "ScheduleExpression": "cron(0 9 * * ? *)",
                "ScheduleExpressionTimezone": "Asia/Jakarta",
                "FlexibleTimeWindow": {"Mode": "OFF"},
                "Target": {"Arn": arn("onschedule"), "RoleArn": arn("SchedulerRole"), "Input": '{"mark": "daily"}'},
            },
        },
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "RoleArn": arn("MachineRole"),
                "DefinitionString": {"Fn::Sub": json.dumps(_MACHINE)},
            },
        },
        "JobsMapping": _mapping("onqueue", imported("JobsArn"), BatchSize=1),
        "PartialMapping": _mapping(
            "onstreampartially",
            imported("PartialStream"),
            StartingPosition="LATEST",
            FunctionResponseTypes=["ReportBatchItemFailures"],
            MaximumRetryAttempts=2,
            DestinationConfig={"OnFailure": {"Destination": imported("FailedArn")}},
        ),
        "WholeMapping": _mapping(
            "onstreamwholly",
            imported("WholeStream"),
            StartingPosition="LATEST",
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=2,
            DestinationConfig={"OnFailure": {"Destination": imported("FailedArn")}},
        ),
    }
    for handler in HANDLERS:
        resources[handler.replace("_", "")] = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": f"test-{handler}",
                "Runtime": "python3.13",
                "Handler": f"handlers.{handler}",
                "Code": {"S3Bucket": BUCKET_NAME, "S3Key": f"{code['functions']}.zip"},
                "Layers": [{"Ref": "Layer"}],
                "Role": arn("Role"),
                "Timeout": 10,
                "Environment": {"Variables": {"SEEN": imported("Seen")}},
            },
        }
    outputs: Template = {
        "SchedulerRoleArn": {"Value": arn("SchedulerRole")},
        "ScheduledFunctionArn": {"Value": arn("onschedule")},
        "MachineArn": {"Value": {"Ref": "Machine"}},
        "PartialMappingId": {"Value": {"Ref": "PartialMapping"}},
    }
    for name in ("Main", "Partner"):
        resources |= _api(name)
        outputs[f"{name}ApiId"] = {"Value": {"Ref": name}}
    return {"Parameters": _BOOTSTRAP, "Resources": resources, "Outputs": outputs}


_FOR_EVER = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "Wait",
    "States": {
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Again"},
        "Again": {"Type": "Task", "Resource": "${ontask.Arn}", "Next": "Wait"},
    },
}
_MACHINE = {
    "StartAt": "Map",
    "States": {"Map": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": _FOR_EVER, "End": True}},
}


def _role(service: str, actions: list[str]) -> Template:
    def policy(**statement: Any) -> Template:
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}

    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": policy(
                Principal={"Service": f"{service}.amazonaws.com"}, Action="sts:AssumeRole"
            ),
            "Policies": [{"PolicyName": "it", "PolicyDocument": policy(Action=actions, Resource="*")}],
        },
    }


def _mapping(function: str, source: Any, **properties: Any) -> Template:
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": {"Ref": function}, "EventSourceArn": source, **properties},
    }


def _api(name: str) -> Template:
    return {
        name: {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": name.lower(), "ProtocolType": "HTTP"}},
        f"{name}Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": name},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["onrequest", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        f"{name}Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": name},
                "RouteKey": "$default",
                "Target": {"Fn::Sub": f"integrations/${{{name}Integration}}"},
            },
        },
        f"{name}Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": name}, "StageName": "$default", "AutoDeploy": True},
        },
    }
