"""Payments through SNAP BI, Indonesia's open payment standard."""

from __future__ import annotations

from .client import SnapProvider
from .credentials import Credentials
from .factory import snap_providers
from .profiles import PROFILES, Profile
from .transport import HttpTransport, Transport

__all__ = ["PROFILES", "Credentials", "HttpTransport", "Profile", "SnapProvider", "Transport", "snap_providers"]
