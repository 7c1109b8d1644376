"""Function logs stay bounded and whole; alarms look at their own resource."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.contract.cloud.conftest import Stack, until


def test_a_group_keeps_its_newest_streams_and_the_file_keeps_all(stack: Stack, mark: str) -> None:
    for n in range(205):
        stack.invoke("on_invoke", print=f"{mark} {n}")

    logs = stack.cloud.client("logs")
    streams = [
        stream
        for page in logs.get_paginator("describe_log_streams").paginate(logGroupName="/aws/lambda/test-on_invoke")
        for stream in page["logStreams"]
    ]
    assert len(streams) == 200
    text = (stack.cloud.config.state_dir / "logs" / "test-on_invoke.log").read_text()
    assert "\x1e" not in text  # the mark that ends a call's log
    assert [line.split()[-1] for line in text.splitlines() if mark in line] == [str(n) for n in range(205)]


def test_embedded_metrics_are_read(stack: Stack, mark: str) -> None:
    metric = {"Namespace": mark, "Dimensions": [["service"]], "Metrics": [{"Name": "Unknown", "Unit": "Count"}]}
    line = {"_aws": {"Timestamp": 0, "CloudWatchMetrics": [metric]}, "service": "payouts", "Unknown": [3.0]}
    stack.invoke("on_invoke", print=json.dumps(line))

    [found] = until(lambda: stack.cloud.client("cloudwatch").list_metrics(Namespace=mark)["Metrics"])
    assert found["Dimensions"] == [{"Name": "service", "Value": "payouts"}]


def test_calls_through_an_api_are_measured(stack: Stack) -> None:
    def errors() -> float:
        points = stack.cloud.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": "test-on_request"}],
            StartTime=time.time() - 3600,
            EndTime=time.time() + 60,
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(float(point["Sum"]) for point in points)

    before = errors()
    stack.get("/fails")
    assert errors() == before + 1


def put_alarm(stack: Stack, name: str, namespace: str, metric: str, dimension: str, value: str) -> None:
    stack.cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": value}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )


def state(stack: Stack, name: str) -> Any:
    return stack.cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def test_an_alarm_looks_at_its_own_dimensions(stack: Stack, mark: str) -> None:
    for provider in ("bni", "linkaja", "idle"):
        put_alarm(stack, f"{mark}-{provider}", mark, "Unknown", "provider", provider)
    for provider, value in {"bni": 5, "linkaja": 0}.items():
        dimensions = [{"Name": "provider", "Value": provider}]
        data = {"MetricName": "Unknown", "Dimensions": dimensions, "Timestamp": time.time(), "Value": value}
        stack.cloud.client("cloudwatch").put_metric_data(Namespace=mark, MetricData=[data])

    states = [state(stack, f"{mark}-{provider}") for provider in ("bni", "linkaja", "idle")]
    assert states == ["ALARM", "OK", "OK"]


def test_a_message_in_a_queue_raises_the_alarm_of_that_queue(stack: Stack, mark: str) -> None:
    sqs = stack.cloud.client("sqs")
    for name in (mark, f"{mark}-other"):
        sqs.create_queue(QueueName=name)
        put_alarm(stack, name, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name)
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=mark)["QueueUrl"], MessageBody="dead letter")

    until(lambda: state(stack, mark) == "ALARM", 12)
    assert state(stack, f"{mark}-other") == "OK"
