"""Fixtures that every kind of test may use."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.support.cloud import cloud as cloud
from tests.support.effort import choose_profile
from tests.support.moto_truth import truthful
from tests.support.world import REGION, World

choose_profile()


@pytest.fixture(autouse=True)
def _no_real_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Prakerja",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh world on moto, which tells the truth."""
    with mock_aws(), truthful():
        yield World(boto3.client("dynamodb", region_name=REGION), boto3.client("kms", region_name=REGION))
