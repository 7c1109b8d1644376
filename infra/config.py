"""What differs between stages, and nothing else. A test compares the synthesised templates and allows only this.

Each field says where its value shows in the templates: resource type, then the property path (``*`` stands for
anything). A difference that no field names is a mistake.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

Stage = Literal["local", "sandbox", "production"]

REGION = "ap-southeast-3"
"""Jakarta: personal data of Indonesians stays onshore."""

_SETTING = "AWS::Lambda::Function Environment.Variables."


@dataclass(frozen=True)
class Outside:
    """Addresses of the outside world."""

    registry: str
    face: str
    sms: str
    email: str
    beacon: str
    beacon_public_key: str
    """Ed25519, hex: no other beacon is believed. Empty: whichever answers, never in production."""
    snap: Mapping[str, str]
    """Base URL by payment provider."""


class Shows(tuple[str, ...]):
    """The places in the templates where a setting is seen."""

    def __new__(cls, *places: str) -> Self:
        return super().__new__(cls, places)


@dataclass(frozen=True)
class Config:
    """One stage."""

    stage: Annotated[Stage, Shows(_SETTING + "STAGE", "* *Tags*")]
    account: str | None
    """AWS account; None: whichever the deployer is signed in to."""

    # state
    keep_data: Annotated[
        bool,
        Shows(
            "AWS::DynamoDB::GlobalTable Replicas.*.DeletionProtectionEnabled",
            "AWS::Cognito::UserPool DeletionProtection",
            "* DeletionPolicy",
            "* UpdateReplacePolicy",
        ),
    ]
    """Data outlives its stack, and cannot be deleted by mistake."""
    draw_lock_years: Annotated[int, Shows("AWS::S3::Bucket ObjectLock*")]
    """How long a published draw cannot be changed or deleted by anybody; 0: not locked."""
    operator_mfa: Annotated[Literal["OPTIONAL", "ON"], Shows("AWS::Cognito::UserPool MfaConfiguration")]
    operator_password_sign_in: Annotated[bool, Shows("AWS::Cognito::UserPoolClient ExplicitAuthFlows.*")]
    """Operators may exchange a password for tokens directly, which scripts need and people do not."""
    operator_token_minutes: Annotated[int, Shows("AWS::Cognito::UserPoolClient *TokenValidity")]

    # service
    vendor_platforms: Annotated[tuple[str, ...], Shows("AWS::Lambda::LayerVersion Content.S3Key")]
    """Wheel platforms of the vendor layer; none: those of the machine that synthesises."""
    outside: Annotated[Outside, Shows(_SETTING + "*_URL", _SETTING + "BEACON_PUBLIC_KEY", _SETTING + "SNAP_PROVIDERS")]
    site_url: Annotated[str, Shows(_SETTING + "SITE_URL")]
    """Where people find our pages; no slash at its end."""
    jwks_host: Annotated[str, Shows(_SETTING + "OPERATOR_JWKS_URL*")]
    """Where the operator pool's public keys are read; elsewhere than the issuer only on a laptop."""
    time_travel: Annotated[bool, Shows(_SETTING + "PROGRAMME_OFFSET_SECONDS")]
    """Programme time can be moved forward."""
    access_token_seconds: Annotated[int, Shows(_SETTING + "ACCESS_TOKEN_SECONDS")]
    approval_max_age_seconds: Annotated[int, Shows(_SETTING + "APPROVAL_MAX_AGE_SECONDS")]
    close_grace_seconds: Annotated[int, Shows(_SETTING + "CLOSE_GRACE_SECONDS")]
    beacon_delay_seconds: Annotated[int, Shows(_SETTING + "BEACON_DELAY_SECONDS")]
    visibility_times_timeout: Annotated[int, Shows("AWS::SQS::Queue VisibilityTimeout")]
    """How long a message is hidden while it is worked on, in time-outs of its function. AWS advises 6, as Lambda may
    retry a throttled batch within that time; on a laptop 1, so that what a killed worker had in hand comes back soon."""
    snap_shortened: Annotated[Mapping[str, int | bool], Shows(_SETTING + "SNAP_PROVIDERS")]
    """What a stand-in for payment providers needs no time for (see the adapter's factory); empty: each its own rules."""
    draw_workers: Annotated[int, Shows("AWS::StepFunctions::StateMachine DefinitionString*")]
    """Chunks of a draw or decree that are worked on at once: what a laptop bears, or what 800,000 members in 20 minutes
    take (docs/capacity.md)."""
    compare_open_days: Annotated[bool, Shows(_SETTING + "COMPARE_OPEN_DAYS")]
    """Payouts are compared with what a provider says of a day that is not over yet, as far as it has gone."""
    log_days: Annotated[Literal[7, 30, 365], Shows("AWS::Logs::LogGroup RetentionInDays")]

    # watch
    alarm_email: Annotated[str | None, Shows("AWS::SNS::Subscription *")]
    """Who is woken; None: nobody, never in production."""

    def name(self, what: str) -> str:
        """The physical name of a resource. Fixed names let roles, dashboards and people refer to it before it exists."""
        return f"prakerja-{self.stage}-{what}"


AWS_PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")

PROVIDERS = {"BNI": 10, "BCA": 4, "OVO": 8, "GOPAY": 7, "DANA": 7, "LINKAJA": 4}
"""Payment providers in use, and how many sends each may get at once by its contract; each has its own send queue."""


def config_for(stage: str, environment: Mapping[str, str] | None = None) -> Config:
    """The configuration of a stage.

    ``environment``: on ``local`` WORLD_PORT, CLOUD_PORT and PORT move the stand-ins, the emulator and the front door (a
    second copy of the system on one machine); elsewhere CDK_DEFAULT_ACCOUNT, ALARM_EMAIL and BEACON_PUBLIC_KEY are read. Raises ValueError
    for an unknown stage, and for production without the beacon's key or an address for alarms.
    """
    given = os.environ if environment is None else environment
    if stage == "local":
        return _local(
            world=given.get("WORLD_PORT", "8090"),
            cloud=given.get("CLOUD_PORT", "4566"),
            front=given.get("PORT", "8080"),
        )
    if stage == "sandbox":
        return _in_aws("sandbox", given, keep_data=False, time_travel=True, draw_lock_years=0, log_days=30)
    if stage == "production":
        return _in_aws("production", given, keep_data=True, time_travel=False, draw_lock_years=10, log_days=365)
    raise ValueError(f"unknown stage {stage!r}: local, sandbox or production")


def _local(world: str, cloud: str, front: str) -> Config:
    outside = f"http://127.0.0.1:{world}"
    return Config(
        stage="local",
        account="000000000000",
        keep_data=False,
        draw_lock_years=0,
        operator_mfa="OPTIONAL",
        operator_password_sign_in=True,
        operator_token_minutes=24 * 60,
        vendor_platforms=(),
        outside=Outside(
            registry=f"{outside}/registry",
            face=f"{outside}/face",
            sms=f"{outside}/sms",
            email=f"{outside}/email",
            beacon=f"{outside}/beacon",
            beacon_public_key="",
            snap={provider: f"{outside}/snap/{provider}" for provider in PROVIDERS},
        ),
        site_url=f"http://127.0.0.1:{front}",
        jwks_host=f"http://127.0.0.1:{cloud}",
        time_travel=True,
        access_token_seconds=24 * 3600,
        approval_max_age_seconds=24 * 3600,
        close_grace_seconds=2,
        beacon_delay_seconds=4,
        visibility_times_timeout=1,
        snap_shortened={"settle_seconds": 20, "inquiry_wait": 5, "longest_step": 20, "end_of_day": False},
        draw_workers=8,
        compare_open_days=True,
        log_days=7,
        alarm_email=None,
    )


def _in_aws(
    stage: Stage,
    given: Mapping[str, str],
    *,
    keep_data: bool,
    time_travel: bool,
    draw_lock_years: int,
    log_days: Literal[7, 30, 365],
) -> Config:
    if stage == "production" and not given.get("ALARM_EMAIL"):
        raise ValueError("ALARM_EMAIL is not given: alarms that reach nobody keep no promise")
    return Config(
        stage=stage,
        account=given.get("CDK_DEFAULT_ACCOUNT"),
        keep_data=keep_data,
        draw_lock_years=draw_lock_years,
        operator_mfa="ON",
        operator_password_sign_in=False,
        operator_token_minutes=60,
        vendor_platforms=AWS_PLATFORMS,
        outside=_contracted(stage, given.get("BEACON_PUBLIC_KEY", "")),
        site_url="https://www.prakerja.example" if stage == "production" else f"https://{stage}.prakerja.example",
        jwks_host=f"https://cognito-idp.{REGION}.amazonaws.com",
        time_travel=time_travel,
        access_token_seconds=900,
        approval_max_age_seconds=900,
        close_grace_seconds=120,
        beacon_delay_seconds=3600,
        visibility_times_timeout=6,
        snap_shortened={},
        draw_workers=40,
        compare_open_days=False,
        log_days=log_days,
        alarm_email=given.get("ALARM_EMAIL"),
    )


def _contracted(stage: Stage, beacon_public_key: str) -> Outside:
    """Addresses that providers give us with their contracts; until then names reserved for documentation (RFC 2606)."""
    if stage == "production" and not beacon_public_key:
        raise ValueError("BEACON_PUBLIC_KEY is not given: a draw must not take its seed from whoever answers")
    host = f"{stage}.outside.example"
    return Outside(
        registry=f"https://registry.{host}",
        face=f"https://face.{host}",
        sms=f"https://sms.{host}",
        email=f"https://email.{host}",
        beacon=f"https://beacon.{host}",
        beacon_public_key=beacon_public_key,
        snap={provider: f"https://{provider.lower()}.{host}/snap" for provider in PROVIDERS},
    )
