"""The state machine of a draw. It knows the order of steps and nothing else: items say what is done.

    plan → (wait until) → work on chunks, ``draw_workers`` at once → finish → next phase: plan again, or none: done

Input: ``{"wave_id": str, "phase": "SCREEN" | "DRAW" | "DECREE", "attempt": int}``. Every step can be repeated, and
an execution that died is never redriven: a new one skips finished chunks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.constructs.function import statement
from infra.constructs.names import arn_of
from infra.grants import Allowed

LONGEST = Duration.days(3)
"""A draw of millions takes hours, most of them waiting for the beacon."""

TRACES = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)
DELIVERS_LOGS = tuple(
    f"logs:{action}"
    for action in (
        "CreateLogDelivery",
        "GetLogDelivery",
        "UpdateLogDelivery",
        "DeleteLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "DescribeResourcePolicies",
        "DescribeLogGroups",
    )
)

_RUN = {
    "wave_id": sfn.JsonPath.string_at("$.wave_id"),
    "phase": sfn.JsonPath.string_at("$.phase"),
    "attempt": sfn.JsonPath.number_at("$.attempt"),
}


def draw_machine(
    scope: Construct, *, name: str, function: lambda_.IFunction, log: logs.ILogGroup, workers: int
) -> sfn.StateMachine:
    """The machine, with a role of its own that may call ``function`` (``workers`` at once) and start its own map's children."""
    role = _role(scope, name, function)
    machine = sfn.StateMachine(
        scope,
        "machine",
        state_machine_name=name,
        definition_body=sfn.DefinitionBody.from_chainable(_definition(scope, function, workers)),
        role=role.without_policy_updates(),
        timeout=LONGEST,
        tracing_enabled=True,
        logs=sfn.LogOptions(destination=log, level=sfn.LogLevel.ALL, include_execution_data=False),
    )
    if not machine.node.try_remove_child("DistributedMapPolicy"):
        raise ValueError("the CDK no longer adds a policy of its own: remove this line")
    machine.node.add_dependency(role)
    return machine


def _role(scope: Construct, name: str, function: lambda_.IFunction) -> iam.Role:
    """Written by hand: what the CDK would grant reaches every version of the function and every child execution."""
    role = iam.Role(
        scope, "machine_role", role_name=f"{name}-machine", assumed_by=iam.ServicePrincipal("states.amazonaws.com")
    )
    for allowed in (
        Allowed(("lambda:InvokeFunction",), (function.function_arn,)),
        Allowed(("states:StartExecution",), (arn_of(scope, "states", "stateMachine", name),)),
        Allowed(
            ("states:DescribeExecution", "states:StopExecution"), (arn_of(scope, "states", "execution", f"{name}/*"),)
        ),
        Allowed(TRACES + DELIVERS_LOGS, ("*",)),
    ):
        role.add_to_policy(statement(allowed))
    return role


def _definition(scope: Construct, function: lambda_.IFunction, workers: int) -> sfn.Chain:
    plan = _step(scope, "plan", function, _RUN, result_path="$.plan")
    finish = _step(scope, "finish", function, _RUN, result_path="$.finish")
    wait = sfn.Wait(scope, "wait", time=sfn.WaitTime.timestamp_path("$.plan.wait_until"))
    chunks = sfn.DistributedMap(
        scope,
        "chunks",
        items_path="$.plan.chunks",
        max_concurrency=workers,
        item_selector={**_RUN, "chunk": sfn.JsonPath.object_at("$$.Map.Item.Value")},
        result_path=sfn.JsonPath.DISCARD,
    )
    # a worker's answer is replaced inside the map: those of all chunks together would outgrow the 256 KB of a state
    chunks.item_processor(
        _step(
            scope,
            "work",
            function,
            {**_RUN, "chunk": sfn.JsonPath.object_at("$.chunk")},
            result_selector={"finished": True},
        )
    )
    next_phase = sfn.Pass(
        scope,
        "next_phase",
        parameters={
            "wave_id": sfn.JsonPath.string_at("$.wave_id"),
            "phase": sfn.JsonPath.string_at("$.finish.next_phase"),
            "attempt": sfn.JsonPath.number_at("$.attempt"),
        },
    )
    next_phase.next(plan)
    more = sfn.Choice(scope, "more_phases")
    more.when(sfn.Condition.is_string("$.finish.next_phase"), next_phase).otherwise(sfn.Succeed(scope, "done"))
    wait.next(chunks)
    chunks.next(finish).next(more)
    must_wait = sfn.Choice(scope, "must_wait")
    must_wait.when(
        sfn.Condition.and_(sfn.Condition.is_present("$.plan.wait_until"), sfn.Condition.is_string("$.plan.wait_until")),
        wait,
    ).otherwise(chunks)
    return sfn.Chain.start(plan).next(must_wait)


def _step(
    scope: Construct, step: str, function: lambda_.IFunction, payload: Mapping[str, object], **result: Any
) -> tasks.LambdaInvoke:
    """One call of the function. Any failure is tried 3 times more (1, 2, 4 s): workers are killed, tables throttle."""
    invoke = tasks.LambdaInvoke(
        scope,
        step,
        lambda_function=function,
        payload=sfn.TaskInput.from_object({"step": step, **payload}),
        payload_response_only=True,
        retry_on_service_exceptions=False,
        **result,
    )
    invoke.add_retry(errors=[sfn.Errors.ALL], interval=Duration.seconds(1), backoff_rate=2, max_attempts=3)
    return invoke
