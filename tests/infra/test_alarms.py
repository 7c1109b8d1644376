"""Every function, queue and promise has an alarm that looks at the right thing, wakes somebody and says what to do."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from infra.entry import Entry, Http, queue_names
from infra.functions import FUNCTIONS
from prakerja.registration.model.challenge import CHALLENGE_LIFE, CODE_LIFE
from tests.architecture.source import deployed
from tests.infra.templates import Resource, Templates

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"


def _kind(alarm: Resource) -> str:
    return alarm.name.split("-")[0]


def _dimensions(alarm: Resource) -> dict[str, object]:
    return {dimension["Name"]: dimension["Value"] for dimension in alarm.properties.get("Dimensions", [])}


def test_each_alarm_names_a_runbook_that_exists_and_none_is_left_over(local: Templates) -> None:
    named = set()
    for alarm in local.of("CloudWatch::Alarm"):
        runbook = alarm.properties["AlarmDescription"].rsplit("Runbook: docs/runbooks/")[1]
        assert runbook == f"{_kind(alarm)}.md"
        named.add(runbook)
    assert named == {path.name for path in RUNBOOKS.glob("*.md")}


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_each_runbook_says_what_it_means_where_to_look_and_how_to_mend(path: Path) -> None:
    text = path.read_text()
    for heading in ("## What it means", "## First look", "## How to mend"):
        assert heading in text
    assert len(text.splitlines()) < 60


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_every_function_has_an_alarm(local: Templates, entry: Entry) -> None:
    watched = {str(value) for alarm in local.of("CloudWatch::Alarm") for value in _dimensions(alarm).values()}
    if entry.dead_letters:
        assert f"prakerja-local-{entry.name}-dead-letters" in watched
    elif any(isinstance(trigger, Http) for trigger in entry.triggers):
        assert f"prakerja-local-{entry.name}" in watched
    else:
        assert any(_kind(alarm) == "draw_failed" for alarm in local.of("CloudWatch::Alarm"))


def test_alarms_look_at_things_that_exist(local: Templates) -> None:
    queues = {queue.properties["QueueName"] for queue in local.of("SQS::Queue")}
    functions = {function.properties["FunctionName"] for function in local.of("Lambda::Function")}
    for alarm in local.of("CloudWatch::Alarm"):
        dimensions = _dimensions(alarm)
        match alarm.properties["Namespace"]:
            case "AWS/SQS":
                assert dimensions["QueueName"] in queues
            case "AWS/Lambda":
                assert dimensions["FunctionName"] in functions
            case "AWS/States":
                assert local.text(dimensions["StateMachineArn"], "watch") == "StateMachine draw_wave"
            case "AWS/ApiGateway":
                assert local.text(dimensions["ApiId"], "watch").startswith("Api ")
            case "Prakerja":
                assert dimensions["service"] in {entry.name for entry in FUNCTIONS}
            case other:
                pytest.fail(f"unknown namespace {other}")


def test_each_queue_has_an_alarm_on_its_age(local: Templates) -> None:
    aged = {
        alarm.name.removeprefix("queue_age-") for alarm in local.of("CloudWatch::Alarm") if _kind(alarm) == "queue_age"
    }
    assert aged == set(queue_names(FUNCTIONS))


@pytest.mark.parametrize("queue", ["notify_codes_phone", "notify_codes_email"])
def test_a_code_that_waits_wakes_people_while_it_can_still_be_of_use(local: Templates, queue: str) -> None:
    (alarm,) = (a for a in local.of("CloudWatch::Alarm") if a.name == f"queue_age-{queue}")
    assert alarm.properties["Threshold"] < CODE_LIFE.total_seconds()


def test_each_alarm_wakes_somebody_and_says_when_it_is_over(local: Templates) -> None:
    for alarm in local.of("CloudWatch::Alarm"):
        for actions in (alarm.properties["AlarmActions"], alarm.properties["OKActions"]):
            assert [local.text(action, "watch") for action in actions] == ["Topic alarms"]


def test_a_silent_sweep_is_an_alarm(local: Templates) -> None:
    silent = {a.name for a in local.of("CloudWatch::Alarm") if a.properties["TreatMissingData"] == "breaching"}
    assert silent == {"outbox_age-programme", "sweep_silent-sweep_due"}


def test_what_anybody_can_make_us_pay_for_is_watched(local: Templates) -> None:
    watched = {
        str(_dimensions(alarm).get("channel"))
        for alarm in local.of("CloudWatch::Alarm")
        if alarm.properties["MetricName"] == "CodeHandedOver"
    }
    assert watched == {"PHONE", "EMAIL"}


def _counted() -> set[tuple[str, frozenset[str]]]:
    """Each metric that our code counts, with the dimensions it writes there."""
    return {
        (name.value, frozenset({"service", *(keyword.arg or "" for keyword in call.keywords)}) - {"amount"})
        for source in deployed()
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "count"
        for name in ast.walk(call.args[0])
        if isinstance(name, ast.Constant) and isinstance(name.value, str)
    }


def _ours(templates: Templates) -> set[tuple[str, frozenset[str]]]:
    """Each metric of our own that an alarm watches, with the dimensions it names."""
    alarms = (a for a in templates.of("CloudWatch::Alarm") if a.properties["Namespace"] == "Prakerja")
    return {(alarm.properties["MetricName"], frozenset(_dimensions(alarm))) for alarm in alarms}


def test_metrics_of_our_own_are_written_by_our_code_with_the_dimensions_that_are_watched(local: Templates) -> None:
    """An alarm that leaves out a dimension, or names one too many, never rings."""
    assert _ours(local) - _counted() == set()


def test_an_outside_system_that_is_away_wakes_somebody(local: Templates) -> None:
    away = {(name, dimensions) for name, dimensions in _counted() if name.endswith("Unavailable")}
    assert {name for name, _ in away} >= {"MessageProviderUnavailable", "RegistryUnavailable", "FaceCheckUnavailable"}
    assert away - _ours(local) == set()
    for alarm in local.of("CloudWatch::Alarm"):
        if alarm.properties["MetricName"] == "MessageProviderUnavailable":  # before the first code is given up
            seconds = alarm.properties["Period"] * alarm.properties["EvaluationPeriods"]
            assert seconds < CHALLENGE_LIFE.total_seconds()


def test_each_way_to_an_outside_system_is_watched(local: Templates) -> None:
    named = {alarm.name for alarm in local.of("CloudWatch::Alarm") if _kind(alarm) == "provider_unavailable"}
    subjects = ("sms", "email", "registry", "face_check_site", "face_check_participant_api")
    refusals = ("notices", "sms_refused", "email_refused", "registry_refused")
    assert named == {f"provider_unavailable-{subject}" for subject in (*subjects, *refusals)}


def test_people_are_told_by_mail_where_the_configuration_says_so(local: Templates, production: Templates) -> None:
    assert local.of("SNS::Subscription") == []
    (subscription,) = production.of("SNS::Subscription")
    assert subscription.properties["Endpoint"] == "duty@prakerja.example"
