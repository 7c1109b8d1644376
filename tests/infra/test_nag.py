"""cdk-nag finds nothing that is not accepted with a reason, and nothing is accepted that it does not find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra.config import config_for
from infra.constructs.nag import accepted
from tests.infra.templates import PINNED, STACKS, Templates

STAGES = ("local", "sandbox", "production")


def _findings(templates: Templates, kind: str) -> list[dict[str, Any]]:
    (report,) = templates.report["pluginReports"]
    assert report["pluginName"] == "AwsSolutions"
    return list(report[kind])


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_found(synthesise: Callable[[str], Templates], stage: str) -> None:
    assert [finding["ruleName"] for finding in _findings(synthesise(stage), "violations")] == []


@pytest.mark.parametrize("stage", STAGES)
def test_every_acknowledgement_still_matches_something(synthesise: Callable[[str], Templates], stage: str) -> None:
    templates = synthesise(stage)
    made = {
        (path.removeprefix("/"), rule)
        for stack in STACKS
        for path, entries in templates.metadata[stack].items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule in entry["data"]
    }
    matched = {(finding["acknowledgedAt"], finding["acknowledgedId"]) for finding in _suppressed(templates)}
    assert made == matched
    for where, finding, _ in accepted(config_for(stage, {"CDK_DEFAULT_ACCOUNT": "000000000000", **PINNED})):
        assert f"AwsSolutions::{finding}" in {rule for _, rule in made}, where


def _suppressed(templates: Templates) -> list[dict[str, Any]]:
    return _findings(templates, "suppressedViolations")


def test_every_acceptance_has_a_reason(synthesise: Callable[[str], Templates]) -> None:
    reasons = {reason for stage in STAGES for _, _, reason in accepted(config_for(stage, PINNED))}
    assert all(len(reason.split()) >= 6 for reason in reasons)


def test_a_finding_stops_synthesis(tmp_path: Any) -> None:
    from aws_cdk import App, Stack
    from aws_cdk import aws_sqs as sqs

    from infra.constructs.nag import check

    app = App(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "bare"), "without_dead_letters")
    check(app)
    with pytest.raises(RuntimeError, match="AwsSolutions-SQS3"):
        app.synth()
