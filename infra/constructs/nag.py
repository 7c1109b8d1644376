"""The checks of cdk-nag, and every finding that we accept, each with the reason why.

A test fails when an acceptance no longer matches anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.config import REGION, Config


def check(app: App) -> None:
    """Let synthesis fail on any finding that is not accepted."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def acknowledge(app: App, config: Config) -> None:
    """Accept what ``accepted`` names. The CDK matches rule ids only with the pack's name in front."""
    constructs = [(construct, construct.node.path) for construct in app.node.find_all()]
    for where, finding, reason in accepted(config):
        for construct, path in constructs:
            if fnmatch(path, where):
                Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions::{finding}", reason=reason))


def accepted(config: Config) -> Iterator[tuple[str, str, str]]:
    """Path of a construct (``*`` as in file names; what is inside it is covered too), finding, reason."""
    yield from _general()
    if config.operator_mfa != "ON":
        yield (
            "state/operators",
            "AwsSolutions-COG2",
            "On a laptop the demonstration's operators are scripts; every stage in AWS demands a second factor.",
        )
    account = config.account or "<AWS::AccountId>"
    waves = f"arn:aws:scheduler:{REGION}:{account}:schedule/{config.name('waves')}/*"
    executions = f"arn:aws:states:{REGION}:{account}:execution:{config.name('draw_wave')}"
    streams = f"arn:aws:dynamodb:{REGION}:{account}:table/{config.name('programme')}/stream/*"
    objects = f"arn:aws:s3:::{config.name('draws')}-{account}/*"
    statements = f"arn:aws:s3:::{config.name('statements')}-{account}"
    for where, resource, reason in (
        (
            "service/*/role",
            "*",
            "X-Ray knows no resources; the only actions on * are PutTraceSegments and PutTelemetryRecords.",
        ),
        (
            "service/machine_role",
            "*",
            "X-Ray and the delivery of logs know no resources; nothing else is allowed on *.",
        ),
        ("service/machine_role", f"{executions}/*", "The children of its own distributed map have names made by AWS."),
        ("service/turn_wave/role", waves, "A wave's schedules are made at run time, in a group of their own."),
        ("service/turn_wave/role", f"{executions}:*", "Executions of the draw have names that carry wave and attempt."),
        ("service/participant_api/role", objects, "Objects of the one bucket of draws; their names carry the wave."),
        ("service/draw_wave/role", objects, "Objects of the one bucket of draws; their names carry the wave."),
        ("service/operator_api/role", f"{statements}/reports/*", "Reports have names made of their content."),
        ("service/operator_api/role", f"{statements}/settlements/*", "Files have names made of their content."),
        ("service/reconcile_payouts/role", f"{statements}/reports/*", "Reports have names made of their content."),
        ("service/reconcile_payouts/role", f"{statements}/settlements/*", "Files have names made of their content."),
        ("service/relay_outbox/role", streams, "A table's stream has a name made of the time of its creation."),
    ):
        yield where, f"AwsSolutions-IAM5[Resource::{resource}]", reason


def _general() -> Iterator[tuple[str, str, str]]:
    yield (
        "service/*_host",
        "AwsSolutions-APIG4",
        "Each route's function checks its caller itself (session, operator's token, partner's signature): an "
        "authoriser's refusals could not be shaped into the problems that the OpenAPI documents promise.",
    )
    yield (
        "service/*/function",
        "AwsSolutions-L1",
        "Python 3.13 is chosen and supported until 2029; the vendor layer's wheels are for it. A newer one is a "
        "deliberate step, not a finding.",
    )
    yield (
        "state/*_secret",
        "AwsSolutions-SMG4",
        "These are keys by which stored values are found again or verified. They rotate by key id, old and new "
        "side by side while a sweep re-keys, which no timer may do behind its back.",
    )
