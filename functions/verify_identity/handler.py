"""Asks the civil registry about one pending identity check at a time, at the contract's pace."""

from __future__ import annotations

from functools import lru_cache

from prakerja.gateways.civil_registry import HttpCivilRegistry
from prakerja.identity import CivilRegistry, IdentityCheckRequested, verify_identity
from prakerja.platform.settings import settings
from prakerja.platform.worker import sqs_worker
from prakerja.wiring import platform, secret, sqs


@lru_cache(maxsize=1)
def registry() -> CivilRegistry:
    """The adapter, with the key that the registry gave us."""
    return HttpCivilRegistry(settings().registry_url, secret(settings().registry_secret))


def work(topic: str, body: str) -> None:
    """One message: one look-up, if the check is still pending."""
    message = IdentityCheckRequested.model_validate_json(body)
    verify_identity(platform(), registry(), person_id=message.person_id, check_number=message.check_number)


handler = sqs_worker(work, sqs)
