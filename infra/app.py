"""Build the CDK app: ``python -m infra.app [--stage local] [--out cdk.out]`` synthesises it without the CDK's own CLI.

As ``cdk.json``'s app it gets its stage from the context instead: ``cdk deploy --context stage=production``.
"""

from __future__ import annotations

import argparse
from typing import Any

from aws_cdk import App, DefaultStackSynthesizer, Environment, Tags

from infra.config import REGION, Config, config_for
from infra.constructs.nag import acknowledge, check
from infra.stacks.service import ServiceStack
from infra.stacks.state import StateStack
from infra.stacks.watch import WatchStack

CONTEXT = {
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/core:target-partitions": ["aws"],
}
"""The CDK's own switches, here rather than in cdk.json so that both ways of synthesis have them."""


def build(config: Config, app: App) -> App:
    """Put the three stacks of a stage into ``app``, with the checks of cdk-nag."""

    def stack(name: str) -> dict[str, Any]:
        return {
            "stack_name": config.name(name),
            "env": Environment(account=config.account, region=REGION),
            "synthesizer": DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
            "analytics_reporting": False,
        }

    state = StateStack(app, "state", config, **stack("state"))
    service = ServiceStack(app, "service", config, state, **stack("service"))
    WatchStack(app, "watch", config, service, **stack("watch"))
    Tags.of(app).add("project", "prakerja")
    Tags.of(app).add("stage", config.stage)
    acknowledge(app, config)
    check(app)
    return app


def main() -> None:
    """Synthesise one stage. A finding of cdk-nag that nobody acknowledged ends the process with an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", help="local (default), sandbox or production")
    parser.add_argument("--out", help="folder for the result; default: cdk.out, or what the CDK's CLI says")
    given = parser.parse_args()
    app = App(context=CONTEXT, outdir=given.out)
    stage = given.stage or app.node.try_get_context("stage") or "local"
    build(config_for(stage), app).synth()


if __name__ == "__main__":
    main()
