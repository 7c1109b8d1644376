"""Payments through SNAP BI, Indonesia's open payment standard."""

from __future__ import annotations

from .callbacks import callback_answer, verify_callback
from .client import SnapProvider
from .credentials import Credentials
from .factory import snap_providers
from .profiles import PROFILES, Profile
from .transport import HttpTransport, Transport

__all__ = [
    "PROFILES",
    "Credentials",
    "HttpTransport",
    "Profile",
    "SnapProvider",
    "Transport",
    "callback_answer",
    "snap_providers",
    "verify_callback",
]
