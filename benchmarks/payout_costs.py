"""What a payout that goes well costs: calls, units, bytes, processor time. docs/capacity.md is computed from it."""

from __future__ import annotations

import logging
import sys
from contextlib import redirect_stdout
from io import StringIO

from prakerja.payouts.model import PROVIDERS
from tests.support.payout_costs import measure


def main() -> int:
    """Measure at each provider, print; status 1 if more than three write calls are needed."""
    logging.disable(logging.CRITICAL)
    with redirect_stdout(StringIO()):  # metrics are lines, too
        costs = {provider: measure(100, provider) for provider in PROVIDERS}
    print(f"{'':10}{'calls':>8}{'writes':>8}{'write units':>13}{'read units':>12}{'bytes':>8}{'CPU ms':>8}")
    for provider, cost in costs.items():
        print(
            f"{provider:10}{cost.calls:>8}{cost.writes:>8}{cost.write_units:>13}{cost.read_units:>12}"
            f"{cost.bytes_written:>8}{cost.cpu_ms:>8}"
        )
    return int(any(cost.writes > 3 for cost in costs.values()))


if __name__ == "__main__":
    sys.exit(main())
