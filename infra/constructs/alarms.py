"""Alarms: each has a kind, a subject and a runbook, ``docs/runbooks/<kind>.md``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.config import Config

Missing = Literal["fine", "bad"]


@dataclass(frozen=True)
class Measure:
    """A metric, and how its values of one period become one number."""

    namespace: str
    name: str
    dimensions: dict[str, str] = field(default_factory=dict)
    statistic: Literal["Maximum", "Sum"] = "Maximum"


def alarm(
    scope: Construct,
    config: Config,
    topic: sns.ITopic,
    *,
    kind: str,
    subject: str,
    says: str,
    measure: Measure,
    at_least: float,
    minutes: int = 1,
    periods: int = 1,
    missing: Missing = "fine",
) -> cloudwatch.Alarm:
    """Wake people when ``measure`` is ``at_least`` so much in each of ``periods`` periods of ``minutes``.

    ``missing``: whether silence is fine (nothing happened) or bad (whoever should measure is dead).
    """
    metric = cloudwatch.Metric(
        namespace=measure.namespace,
        metric_name=measure.name,
        dimensions_map=measure.dimensions,
        statistic=measure.statistic,
        period=Duration.minutes(minutes),
    )
    made = cloudwatch.Alarm(
        scope,
        f"{kind}_{subject}",
        alarm_name=config.name(f"{kind}-{subject}"),
        alarm_description=f"{says} Runbook: docs/runbooks/{kind}.md",
        metric=metric,
        threshold=at_least,
        evaluation_periods=periods,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=_MISSING[missing],
    )
    made.add_alarm_action(actions.SnsAction(topic))
    made.add_ok_action(actions.SnsAction(topic))
    return made


_MISSING = {
    "fine": cloudwatch.TreatMissingData.NOT_BREACHING,
    "bad": cloudwatch.TreatMissingData.BREACHING,
}
