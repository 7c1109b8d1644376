"""Rights of what calls our functions: mappings, schedules, state machine, gateway. The local cloud lets all of it pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.config import config_for
from infra.entry import Cron, Http, NewItems, queue_names
from infra.functions import FUNCTIONS
from tests.infra.templates import Resource, Templates

ARN = "arn:aws:lambda:ap-southeast-3:000000000000:function:prakerja-local-"


def _mappings(local: Templates) -> dict[str, dict[str, Any]]:
    return {
        local.text(mapping.properties["EventSourceArn"]): mapping.properties
        for mapping in local.of("Lambda::EventSourceMapping")
    }


def test_each_queue_feeds_its_function_with_partial_answers_and_a_bound(local: Templates) -> None:
    mappings = _mappings(local)
    for entry in FUNCTIONS:
        for queue in entry.queues:
            mapping = mappings[f"Queue {queue.name} Arn"]
            assert local.text(mapping["FunctionName"]) == f"Function {entry.name}"
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert mapping["ScalingConfig"] == {"MaximumConcurrency": queue.concurrency}
            assert mapping["BatchSize"] == queue.batch


def test_a_function_may_consume_its_own_queues_only(local: Templates) -> None:
    for entry in FUNCTIONS:
        allowed = local.allowed(entry.name)
        for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"):
            alive = {queue for queue in allowed.get(f"sqs:{action}", ()) if "dead-letters" not in queue}
            assert alive == {f"Queue {queue.name} Arn" for queue in entry.queues}, (entry.name, action)


def test_the_stream_carries_new_outbox_rows_to_the_relay_and_cannot_get_stuck(local: Templates) -> None:
    streams = {source: mapping for source, mapping in _mappings(local).items() if source.endswith("StreamArn")}
    ((source, mapping),) = streams.items()
    assert source == "GlobalTable programme StreamArn"
    assert local.text(mapping["FunctionName"]) == "Function relay_outbox"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 5
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    on_failure = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert local.text(on_failure) == "Queue relay_outbox-dead-letters Arn"
    (pattern,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "OUTBOX#"}]}}},
    }


def test_the_relay_may_read_the_stream(local: Templates) -> None:
    allowed = local.allowed("relay_outbox")
    for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
        assert allowed[f"dynamodb:{action}"] == {"GlobalTable programme StreamArn"}


def test_there_is_no_mapping_but_the_declared(local: Templates) -> None:
    streams = sum(isinstance(trigger, NewItems) for entry in FUNCTIONS for trigger in entry.triggers)
    assert len(local.of("Lambda::EventSourceMapping")) == len(queue_names(FUNCTIONS)) + streams


@pytest.mark.parametrize(
    ("function", "trigger"),
    [(entry.name, trigger) for entry in FUNCTIONS for trigger in entry.triggers if isinstance(trigger, Cron)],
    ids=lambda value: value.name if isinstance(value, Cron) else value,
)
def test_cron_calls_its_function_under_a_role_of_its_own(local: Templates, function: str, trigger: Cron) -> None:
    properties = local.one("Scheduler::Schedule", trigger.name).properties
    assert properties["ScheduleExpression"] == trigger.expression
    assert properties["ScheduleExpressionTimezone"] == "Asia/Jakarta"
    assert properties["GroupName"] == "prakerja-local-crons"
    target = properties["Target"]
    assert target["Arn"] == ARN + function
    assert json.loads(target["Input"]) == trigger.payload
    assert local.text(target["DeadLetterConfig"]["Arn"]) == f"Queue {function}-dead-letters Arn"
    assert local.text(target["RoleArn"]) == f"Role cron-{trigger.name} Arn"
    _calls_only(local, local.one("IAM::Role", f"cron-{trigger.name}"), function, group="crons", dead_letters=True)


def test_wave_schedules_call_turn_wave_and_nothing_else(local: Templates) -> None:
    _calls_only(local, local.one("IAM::Role", "wave-schedules"), "turn_wave", group="waves", dead_letters=False)
    variables = local.one("Lambda::Function", "turn_wave").properties["Environment"]["Variables"]
    assert local.text(variables["SCHEDULE_ROLE"]) == "Role wave-schedules Arn"
    assert variables["SCHEDULE_GROUP"] == "prakerja-local-waves"
    assert variables["TURN_WAVE_ARN"] == ARN + "turn_wave"
    assert {group.properties["Name"] for group in local.of("Scheduler::ScheduleGroup")} == {
        "prakerja-local-waves",
        "prakerja-local-crons",
    }


def _calls_only(local: Templates, role: Resource, function: str, *, group: str, dead_letters: bool) -> None:
    (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "000000000000"},
        "ArnLike": {
            "aws:SourceArn": f"arn:aws:scheduler:ap-southeast-3:000000000000:schedule/prakerja-local-{group}/*"
        },
    }
    granted = {(action, on) for s in local.statements(role) for action in s.actions for on in s.resources}
    expected = {("lambda:InvokeFunction", ARN + function)}
    assert granted == expected | (
        {("sqs:SendMessage", f"Queue {function}-dead-letters Arn")} if dead_letters else set()
    )


def test_the_draw_may_call_its_function_and_start_its_own_map(local: Templates) -> None:
    machine = local.one("StepFunctions::StateMachine", "draw_wave")
    role = local.one("IAM::Role", "draw_wave-machine")
    assert local.text(machine.properties["RoleArn"]) == "Role draw_wave-machine Arn"
    (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "states.amazonaws.com"}
    states = "arn:aws:states:ap-southeast-3:000000000000:"
    granted: dict[str, set[str]] = {}
    for statement in local.statements(role):
        for action in statement.actions:
            granted.setdefault(action, set()).update(statement.resources)
    assert granted.pop("lambda:InvokeFunction") == {"Function draw_wave Arn"}
    assert granted.pop("states:StartExecution") == {f"{states}stateMachine:prakerja-local-draw_wave"}
    assert granted.pop("states:StopExecution") == {f"{states}execution:prakerja-local-draw_wave/*"}
    assert granted.pop("states:DescribeExecution") == {f"{states}execution:prakerja-local-draw_wave/*"}
    assert {action.split(":")[0] for action in granted} == {"logs", "xray"}


def test_the_policy_of_the_draw_is_there_before_the_machine(local: Templates) -> None:
    waits_for = local.one("StepFunctions::StateMachine", "draw_wave").whole["DependsOn"]
    assert any(local.resources["service", logical_id].type == "AWS::IAM::Policy" for logical_id in waits_for)


def test_the_draw_goes_plan_wait_chunks_finish_and_round_again(local: Templates) -> None:
    machine = local.one("StepFunctions::StateMachine", "draw_wave")
    definition = json.loads(local.text(machine.properties["DefinitionString"]))
    states = definition["States"]
    assert definition["StartAt"] == "plan"
    assert states["plan"]["Next"] == "must_wait"
    assert (states["must_wait"]["Choices"][0]["Next"], states["must_wait"]["Default"]) == ("wait", "chunks")
    assert states["wait"]["TimestampPath"] == "$.plan.wait_until"
    assert states["chunks"]["ItemsPath"] == "$.plan.chunks"
    assert states["chunks"]["MaxConcurrency"] == config_for("local").draw_workers == 8
    assert states["chunks"]["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert (states["chunks"]["Next"], states["finish"]["Next"]) == ("finish", "more_phases")
    assert (states["more_phases"]["Choices"][0]["Next"], states["more_phases"]["Default"]) == ("next_phase", "done")
    assert states["next_phase"]["Next"] == "plan"
    work = states["chunks"]["ItemProcessor"]["States"]["work"]
    for name, step in (("plan", states["plan"]), ("work", work), ("finish", states["finish"])):
        assert step["Resource"] == "Function draw_wave Arn"
        assert step["Parameters"]["step"] == name
        assert step["Retry"] == [
            {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2}
        ]


def test_every_route_has_its_function_and_the_gateway_may_call_it(local: Templates) -> None:
    expected = {
        (trigger.api, route, entry.name)
        for entry in FUNCTIONS
        for trigger in entry.triggers
        if isinstance(trigger, Http)
        for route in trigger.routes
    }
    assert {_route(local, route) for route in local.of("ApiGatewayV2::Route")} == expected
    permitted = {
        (local.text(p.properties["FunctionName"]), local.text(p.properties["SourceArn"]))
        for p in local.of("Lambda::Permission")
        if p.properties["Principal"] == "apigateway.amazonaws.com"
    }
    for api, route, function in expected:
        path = "" if route == "$default" else route.split(" ")[1]
        source = f"arn:aws:execute-api:ap-southeast-3:000000000000:Api {api}/*/*{path}"
        assert (f"Function {function} Arn", source) in permitted


def test_every_route_is_limited_and_there_before_its_limit(local: Templates) -> None:
    """A flood at one door leaves the functions of the others alone."""
    stages = {
        local.text(stage.properties["ApiId"]).removeprefix("Api "): stage for stage in local.of("ApiGatewayV2::Stage")
    }
    routes = [trigger for entry in FUNCTIONS for trigger in entry.triggers if isinstance(trigger, Http)]
    for api, stage in stages.items():
        expected = {
            route: {"ThrottlingRateLimit": trigger.per_second, "ThrottlingBurstLimit": trigger.per_second}
            for trigger in routes
            if trigger.api == api
            for route in trigger.routes
        }
        assert stage.properties["RouteSettings"] == expected
        default = stage.properties["DefaultRouteSettings"]
        assert 0 < default["ThrottlingRateLimit"] <= min(trigger.per_second for trigger in routes)
        mine = {
            r.logical_id for r in local.of("ApiGatewayV2::Route") if local.text(r.properties["ApiId"]) == f"Api {api}"
        }
        assert mine <= set(stage.whole["DependsOn"])
    assert sum(len(stage.properties["RouteSettings"]) for stage in stages.values()) == len(
        local.of("ApiGatewayV2::Route")
    )


def test_limits_are_far_above_what_is_expected() -> None:
    """80,000 sign-ups in the first minute, each of which asks for a code and gives it back through one route."""
    (sign_in,) = (trigger for entry in FUNCTIONS if entry.name == "sign_in" for trigger in entry.triggers)
    assert isinstance(sign_in, Http)
    assert sign_in.per_second >= 2 * 80_000 / 60 * 1.25


def _route(local: Templates, route: Resource) -> tuple[str, str, str]:
    target = local.text(route.properties["Target"])
    integration = local.resources["service", target.removeprefix("integrations/Integration ")]
    function = local.text(integration.properties["IntegrationUri"]).removeprefix("Function ").removesuffix(" Arn")
    host = local.text(route.properties["ApiId"])
    assert integration.properties["PayloadFormatVersion"] == "2.0"
    return (host.removeprefix("Api "), route.properties["RouteKey"], function)


def test_the_partner_host_has_the_partner_api_and_the_call_backs(local: Templates) -> None:
    routes = {_route(local, route) for route in local.of("ApiGatewayV2::Route")}
    callbacks = "POST /callbacks/snap/{provider}/{proxy+}"
    assert {route[1:] for route in routes if route[0] == "partner"} == {
        ("$default", "partner_api"),
        (callbacks, "payment_callback"),
    }


def test_both_hosts_are_found_by_their_outputs(local: Templates) -> None:
    outputs = local.raw["service"]["Outputs"]
    for output in ("MainApiId", "PartnerApiId"):
        assert local.text(outputs[output]["Value"]).startswith("Api ")
