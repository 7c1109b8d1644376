"""Build the providers of this stage from settings and the secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from prakerja.gateways.http import Endpoint

from .client import SnapProvider
from .credentials import Credentials
from .profiles import PROFILES
from .transport import HttpTransport

_LONGEST_ANSWER = 262_144
"""Bytes: fifty lines of a statement with room to spare."""


def snap_providers(
    places: Mapping[str, Mapping[str, Any]], secret: Mapping[str, Mapping[str, Any]], now: Callable[[], datetime]
) -> dict[str, SnapProvider]:
    """One provider per name in SNAP_PROVIDERS, ``{"BNI": {"base_url": …, "read_seconds": 10, "settle_seconds": 900}}``.

    Only ``base_url`` must be there. A stage that plays the provider may shorten what the profile says
    (``settle_seconds``, ``inquiry_wait``, each step of the ladder to ``longest_step``) or leave its end of day out
    (``"end_of_day": false``).
    ``secret`` holds each one's credentials under the same name. Raises ValueError for a provider without a
    profile, an address or credentials.
    """
    providers = {}
    for name, place in places.items():
        profile = PROFILES.get(name)
        if profile is None or not place.get("base_url") or name not in secret:
            raise ValueError(f"payment provider {name!r} needs a profile, a base_url and credentials")
        endpoint = Endpoint(
            system=f"payment provider {name}",
            base_url=str(place["base_url"]),
            connect_seconds=float(place.get("connect_seconds", profile.connect_seconds)),
            read_seconds=float(place.get("read_seconds", profile.read_seconds)),
            max_body=_LONGEST_ANSWER,
        )
        rules = replace(
            profile.rules,
            ladder=tuple(min(step, int(place.get("longest_step", step))) for step in profile.rules.ladder),
            settle_seconds=min(
                profile.rules.settle_seconds, int(place.get("settle_seconds", profile.rules.settle_seconds))
            ),
            inquiry_wait=min(profile.rules.inquiry_wait, int(place.get("inquiry_wait", profile.rules.inquiry_wait))),
            end_of_day=profile.rules.end_of_day if place.get("end_of_day", True) else None,
        )
        profile = replace(profile, rules=rules)
        providers[name] = SnapProvider(profile, Credentials.of(secret[name]), HttpTransport(endpoint), now)
    return providers
