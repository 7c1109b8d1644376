"""The infrastructure, as the AWS CDK describes it: three stacks from one tuple of entry points."""

from __future__ import annotations

import sys
from pathlib import Path

_OWN_PACKAGE = str(Path(__file__).parents[1] / "layers" / "prakerja" / "python")
if _OWN_PACKAGE not in sys.path:  # tables are made from the declaration that the code reads
    sys.path.append(_OWN_PACKAGE)
