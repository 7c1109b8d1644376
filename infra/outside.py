"""When an outside system is away, or refuses everything. Payment providers are watched by their channels instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PHONE, EMAIL = {"channel": "PHONE"}, {"channel": "EMAIL"}
AWAY = "An outside system gives no proper answers: who needs it waits, and codes run out of time."
REFUSED_A_QUARTER = 100
"""Far more than people mistype in 15 minutes: the provider refuses us."""
REFUSED = f"{REFUSED_A_QUARTER} messages were refused for good in 15 minutes."
RECORDS_A_QUARTER = 20
"""What people write wrong is mostly refused before the registry is asked, so these are hardly all theirs."""


@dataclass(frozen=True)
class Watched:
    """A metric that ``function`` counts, and how much of it wakes people: ``at_least`` in each of ``periods`` periods."""

    subject: str
    metric: str
    function: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    says: str = AWAY
    at_least: int = 5
    """Five in five minutes, twice: one stumble mends itself, and a code is tried for 30 minutes."""
    minutes: int = 5
    periods: int = 2


OUTSIDE = (
    Watched("sms", "MessageProviderUnavailable", "notify", PHONE),
    Watched("email", "MessageProviderUnavailable", "notify", EMAIL),
    Watched("registry", "RegistryUnavailable", "verify_identity"),
    Watched("face_check_site", "FaceCheckUnavailable", "site"),
    Watched("face_check_participant_api", "FaceCheckUnavailable", "participant_api"),
    Watched("sms_refused", "MessageRefused", "notify", PHONE, REFUSED, REFUSED_A_QUARTER, 15, 1),
    Watched("email_refused", "MessageRefused", "notify", EMAIL, REFUSED, REFUSED_A_QUARTER, 15, 1),
    Watched(
        "registry_refused",
        "IdentityJudged",
        "verify_identity",
        {"status": "RECORD_REFUSED"},
        f"The civil registry refused {RECORDS_A_QUARTER} records as they are written in 15 minutes.",
        RECORDS_A_QUARTER,
        15,
        1,
    ),
    Watched(
        "notices", "NoticeGivenUp", "notify", says="A notice was given up after three days.", at_least=1, periods=1
    ),
)
