"""The demonstration: starts the whole system on this machine, plays a wave of invented people through it, and judges.

It stands outside: people, partners and operators are HTTP clients, codes are read in the inbox, and whether all went
well is decided by the payment provider's books and the inbox. Only what an administrator does (deploy, secrets, the
catalogue, operators' accounts) goes to the cloud directly. ``python -m sandbox.demo --help``.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_OWN_PACKAGE = str(ROOT / "layers" / "prakerja" / "python")
if _OWN_PACKAGE not in sys.path:  # the catalogue is filled by the programme's own commands
    sys.path.append(_OWN_PACKAGE)
