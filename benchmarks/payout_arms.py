"""Three ways to pay through the same failing providers: writes docs/payout-comparison.md and its picture.

``python benchmarks/payout_arms.py [payouts]``: so many are paid per arm (default 1,000) and counts are scaled to 10,000.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from sandbox.world.snap.menu import CATALOGUE
from tests.support.payout_arms import BETWEEN, DOWN_SECONDS, PROVIDERS, SCHEDULE, TRIES, Arm, Score, compare

FOLDER = Path(__file__).parents[1] / "docs"
SCALE = 10_000
NAMES = {Arm.NEW_REFERENCE: "new reference", Arm.SAME_REFERENCE: "same reference", Arm.OURS: "this system"}
COUNTS = ("paid twice", "told failed, was paid", "told paid, was not", "open at noon of the next day")
COLOURS = ("#b3261e", "#e08a00", "#7a5cc0", "#8a8f98")


def page(scores: Sequence[Score]) -> str:
    """The comparison as Markdown."""
    faults = ", ".join(
        f"{CATALOGUE[number].title} ({number}) {permille / 10:g} %" for number, permille in SCHEDULE.items()
    )
    rows = [
        f"| {NAMES[score.arm]} | {'on' if score.dedup else 'off'} | "
        + " | ".join(f"{count:,}" for count in score.per(SCALE))
        + f" | {score.calls_each:.2f} |"
        for score in scores
    ]
    return "\n".join(
        [
            "# Three ways to pay through providers that fail",
            "",
            "<!-- Written by `make bench` (benchmarks/payout_arms.py). Do not edit. -->",
            "",
            f"Per {SCALE:,} payouts, scaled from {scores[0].payouts:,} that were played per row; the pretended providers' own",
            f"books judge. Providers: {' and '.join(PROVIDERS)}, with their check of duplicate references on or off. Of all",
            f"calls, by seeded chance: {faults}. Five minutes after the start both are silent for {DOWN_SECONDS} seconds.",
            "",
            "![Comparison](payout-comparison.svg)",
            "",
            f"| way | duplicate check | {' | '.join(COUNTS)} | calls per payout |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            f"* **new reference**: whatever is not clear is sent again under a new reference after {BETWEEN.seconds} seconds,",
            f'  {TRIES} times in all; then its member is told "failed".',
            "* **same reference**: the same under one reference, and nobody ever inquires; what stays unclear stays open, until",
            "  somebody reads an account statement.",
            "* **this system**: its commands and stores; the next morning is reconciled, no operator has judged anything yet.",
            "",
            "The first two are honest: they use this system's client, so signatures, tokens and reading of answers are right. Both",
            'take any 2xx code for paid, and 409xx01 ("already succeeded") too. Money that came back later counts as not paid. One run is one draw of chance.',
            "",
        ]
    )


def picture(scores: Sequence[Score]) -> str:
    """The same as grouped bars, an SVG by hand."""
    width, height, left, bottom, top = 760, 320, 50, 250, 40
    most = max(1, *(max(score.per(SCALE)) for score in scores))
    step = (width - left - 10) / len(scores)
    bars = []
    for n, score in enumerate(scores):
        x = left + n * step + 8
        for k, count in enumerate(score.per(SCALE)):
            tall = (bottom - top) * count / most
            at = x + k * (step - 24) / 4
            bars.append(
                f'<rect x="{at:.1f}" y="{bottom - tall:.1f}" width="{(step - 24) / 4 - 2:.1f}" '
                f'height="{tall:.1f}" fill="{COLOURS[k]}"/>'
                f'<text x="{at + 10:.1f}" y="{bottom - tall - 4:.1f}" text-anchor="middle">{count}</text>'
            )
        middle = x + (step - 24) / 2
        bars.append(f'<text x="{middle:.1f}" y="{bottom + 18}" text-anchor="middle">{NAMES[score.arm]}</text>')
        check = "on" if score.dedup else "off"
        bars.append(f'<text x="{middle:.1f}" y="{bottom + 34}" text-anchor="middle">duplicate check {check}</text>')
    legend = [
        f'<rect x="{left + k * 178}" y="{height - 18}" width="10" height="10" fill="{COLOURS[k]}"/>'
        f'<text x="{left + 14 + k * 178}" y="{height - 9}">{name}</text>'
        for k, name in enumerate(COUNTS)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{left}" y="20" font-size="13">Per {SCALE:,} payouts</text>',
            f'<line x1="{left}" y1="{bottom}" x2="{width - 10}" y2="{bottom}" stroke="#444"/>',
            *bars,
            *legend,
            "</svg>",
            "",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Play, write, print; status 1 if this system paid twice or told a lie."""
    payouts = int(arguments[0]) if arguments else 1_000
    logging.disable(logging.CRITICAL)
    with redirect_stdout(StringIO()):  # metrics are lines, too
        scores = [compare(arm, dedup=dedup, payouts=payouts) for dedup in (True, False) for arm in Arm]
    (FOLDER / "payout-comparison.md").write_text(page(scores), "utf-8")
    (FOLDER / "payout-comparison.svg").write_text(picture(scores), "utf-8")
    print(page(scores))
    ours = [score for score in scores if score.arm is Arm.OURS]
    return int(any(score.double or score.failed_but_paid or score.paid_but_not for score in ours))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
