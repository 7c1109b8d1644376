"""Composition root: builds what a function needs from its settings, when it is first asked for, and keeps it.

No client is made at import time, so that a cold start pays only for what is used and tests can set the scene first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from prakerja.platform import Platform
from prakerja.platform.clock import Clock, SystemClock
from prakerja.platform.ids import RandomIds
from prakerja.platform.keys import data_key, public_key, save_data_key
from prakerja.platform.problems import NotSignedIn
from prakerja.platform.settings import settings
from prakerja.platform.table import Table

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

    from prakerja.payouts.ports import PaymentProvider, StatementFiles
    from prakerja.platform.auth import Participant
    from prakerja.platform.vault import Guards, Vault
    from prakerja.principals import operator as operator
    from prakerja.principals import participant as participant
    from prakerja.training.ports import FaceCheck
    from prakerja.waves.ports import Archive
else:

    def __getattr__(name: str) -> Any:
        """``participant`` and ``operator`` stand on the HTTP frame, which nothing but our own APIs should pay for."""
        if name not in ("participant", "operator"):
            raise AttributeError(name)
        from prakerja import principals

        return getattr(principals, name)


PATIENCE = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 3}, tcp_keepalive=True
)
"""For all AWS calls: short time-outs, few repeats. botocore repeats only what it may (transactions carry a token)."""

SECRET_AGE_SECONDS = 600
KID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@lru_cache
def client(service: str) -> Any:
    """A boto3 client, one per service and process."""
    return boto3.client(service, config=PATIENCE)  # type: ignore[call-overload]


def sqs() -> SQSClient:
    """For hiding a message longer, and for the relay."""
    made: SQSClient = client("sqs")
    return made


def scheduler() -> EventBridgeSchedulerClient:
    """For the three turns of a wave."""
    made: EventBridgeSchedulerClient = client("scheduler")
    return made


def step_functions() -> SFNClient:
    """For the draw."""
    made: SFNClient = client("stepfunctions")
    return made


def secret(arn: str) -> str:
    """The text of a secret, re-read every ten minutes so that a rotation arrives."""
    return str(_secrets().get(arn, max_age=SECRET_AGE_SECONDS))


@lru_cache
def _secrets() -> Any:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

    made: SecretsManagerClient = client("secretsmanager")
    return SecretsProvider(boto3_client=made)


@lru_cache
def clock() -> Clock:
    """Wall and programme time of this stage."""
    return SystemClock(settings().programme_offset_seconds)


@lru_cache
def table() -> Table:
    """The three tables."""
    names = settings()
    return Table(
        client("dynamodb"),
        {"people": names.table_people, "programme": names.table_programme, "evidence": names.table_evidence},
        clock(),
    )


def platform() -> Platform:
    """What every command needs; vault and guards only where the function was given their keys."""
    return Platform(table(), clock(), RandomIds(), settings(), vault=_vault(), guards=_guards())


@lru_cache
def _vault() -> Vault | None:
    if not settings().data_key_id:
        return None
    from prakerja.platform.vault import Vault

    kms: KMSClient = client("kms")
    return Vault(
        kms,
        settings().data_key_id,
        clock(),
        load_wrapped=lambda kid: data_key(table(), kid),
        save_wrapped=lambda kid, wrapped: save_data_key(table(), kid, wrapped),
    )


def _guards() -> Guards | None:
    if not settings().guard_secret:
        return None
    from prakerja.platform.vault import Guards

    return Guards(json.loads(secret(settings().guard_secret)))


# adapters of outside systems that several functions use ------------------------------------------------------------


@lru_cache
def archive() -> Archive:
    """The draw's bucket."""
    from prakerja.gateways.archive import S3Archive

    return S3Archive(client("s3"), settings().draw_bucket)


@lru_cache
def statement_files() -> StatementFiles:
    """The bucket of settlement files and reconciliation reports."""
    from prakerja.gateways.statement_files import S3StatementFiles

    return S3StatementFiles(client("s3"), settings().statement_bucket)


def face_check() -> FaceCheck:
    """Who recognises a participant's face; built anew when its key changes."""
    return _face_check(settings().face_url, secret(settings().face_secret))


@lru_cache(maxsize=1)
def _face_check(url: str, api_key: str) -> FaceCheck:
    from prakerja.gateways.face_check import HttpFaceCheck

    return HttpFaceCheck(url, api_key)


def providers() -> Mapping[str, PaymentProvider]:
    """The payment providers of this stage, by name; built anew when their credentials change."""
    return _providers(secret(settings().snap_secret))


@lru_cache(maxsize=1)
def _providers(credentials: str) -> Mapping[str, PaymentProvider]:
    from prakerja.gateways.snap.factory import snap_providers

    return snap_providers(settings().snap_providers, json.loads(credentials), clock().wall)


# who is asking ------------------------------------------------------------------------------------------------------


def token_key(kid: str) -> Any:
    """The public key that access tokens with this ``kid`` are checked with. Raises NotSignedIn for an unknown one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(_public_key("TOKEN", kid))


def visitor(access_token: str) -> Participant | None:
    """Whose access token a browser has; None if it is not good (any more)."""
    from prakerja.platform.auth import check_participant

    if not access_token:
        return None
    try:
        return check_participant(access_token, issuer=settings().token_issuer, public_key=token_key)
    except NotSignedIn:
        return None


def form_secret() -> str:
    """The key that forms of pages are signed with."""
    return secret(settings().form_secret)


@lru_cache(maxsize=16)
def _public_key(purpose: str, kid: str) -> bytes:
    found = public_key(table(), purpose, kid) if KID.fullmatch(kid) else None
    if found is None:
        raise NotSignedIn
    return found
