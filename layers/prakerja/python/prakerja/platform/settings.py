"""Settings of one function, read from its environment once and validated then; a bad value stops the cold start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Json, model_validator


class Settings(BaseModel):
    """One field per environment variable (same name in capitals). Optional ones are given to the functions that need them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: Literal["local", "sandbox", "production"]
    powertools_service_name: str = "unnamed"
    table_people: str
    table_programme: str
    table_evidence: str
    programme_offset_seconds: int = 0
    """How far programme time runs ahead of the wall clock, seconds; always 0 in production."""

    data_key_id: str = ""
    guard_secret: str = ""
    code_secret: str = ""
    payment_code_secret: str = ""
    token_secret: str = ""
    receipt_secret: str = ""
    cursor_secret: str = ""
    partner_secret: str = ""
    snap_secret: str = ""
    snap_callback_secret: str = ""
    registry_secret: str = ""
    form_secret: str = ""
    sso_secret: str = ""
    face_secret: str = ""

    draw_bucket: str = ""
    statement_bucket: str = ""
    draw_state_machine: str = ""
    schedule_group: str = ""
    schedule_role: str = ""
    turn_wave_arn: str = ""
    queue_urls: Json[dict[str, str]] = Field(default_factory=dict)
    dead_letter_queue_urls: Json[dict[str, str]] = Field(default_factory=dict)
    """By function; ``queue_urls`` is by queue."""

    operator_issuer: str = ""
    operator_jwks_url: str = ""
    operator_client_id: str = ""
    site_url: str = ""
    """Base URL of the host that people visit, without a slash at its end."""
    token_issuer: str = "https://prakerja.example"
    access_token_seconds: int = Field(900, ge=60)
    approval_max_age_seconds: int = Field(900, ge=60)
    """How fresh an operator's sign-in must be to approve, seconds."""

    registry_url: str = ""
    face_url: str = ""
    sms_url: str = ""
    email_url: str = ""
    beacon_url: str = ""
    beacon_public_key: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    """Pins the randomness beacon (Ed25519, hex); empty: whoever answers first is believed, which production refuses."""
    beacon_delay_seconds: int = Field(3600, ge=1)
    """How long after the publication of the roster the beacon round must lie, seconds (an hour; seconds on a laptop)."""
    close_grace_seconds: int = Field(120, ge=1)
    """How long after closing the roster is frozen, seconds, so that no join is still under way."""
    compare_open_days: bool = False
    """Compare payouts with what a provider says of a day that is not over yet: for a demonstration, never in production."""
    snap_providers: Json[dict[str, dict[str, Any]]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _nothing_is_played_with_in_production(self) -> Self:
        if self.stage == "production" and self.programme_offset_seconds:
            raise ValueError("PROGRAMME_OFFSET_SECONDS must be 0 in production")
        if self.stage == "production" and self.compare_open_days:
            raise ValueError("COMPARE_OPEN_DAYS must be false in production")
        if self.stage == "production" and self.beacon_url and not self.beacon_public_key:
            raise ValueError("BEACON_PUBLIC_KEY must be set in production")
        return self

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read what this process was given. Raises pydantic.ValidationError naming what is wrong."""
        known = {name: environment[name.upper()] for name in cls.model_fields if name.upper() in environment}
        return cls.model_validate(known)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings.from_environment(os.environ)
