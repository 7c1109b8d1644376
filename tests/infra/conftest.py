"""One synthesis per stage and session: it costs seconds. The vendor layer is not built (no network in tests)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.infra.templates import PINNED, Templates

GIVEN = {"CDK_DEFAULT_ACCOUNT": "000000000000", **PINNED}


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Templates]:
    """Synthesise a stage, once. Fails on a finding of cdk-nag that is not accepted."""
    from aws_cdk import App

    from infra.app import CONTEXT, build
    from infra.config import config_for

    @cache
    def made(stage: str) -> Templates:
        folder = tmp_path_factory.mktemp(f"cdk-{stage}")
        app = App(context={**CONTEXT, "aws:cdk:bundling-stacks": []}, outdir=str(folder))
        build(config_for(stage, GIVEN), app).synth()
        return Templates(folder)

    return made


@pytest.fixture(scope="session")
def local(synthesise: Callable[[str], Templates]) -> Templates:
    return synthesise("local")


@pytest.fixture(scope="session")
def production(synthesise: Callable[[str], Templates]) -> Templates:
    return synthesise("production")
