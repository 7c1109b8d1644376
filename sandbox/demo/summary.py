"""What a run ends with: how far people came, who was refused and why, the books side by side, where to go next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from sandbox.demo.findings import Finding
from sandbox.demo.leaks import Search
from sandbox.demo.lessons import Lessons
from sandbox.demo.payments import Payments
from sandbox.demo.play import Play

WORDS = ("why", "what", "at", "by", "compared with theirs", "state", "digest", "course", "missed", "the money")
"""Columns that hold words, not numbers."""


def counts(play: Play) -> dict[str, int]:
    """How many came how far."""
    players = play.players
    bought = [purchase for player in players for purchase in player.purchases]
    return {
        "signed up": sum(player.signed_up for player in players),
        "verified": sum(player.verified for player in players),
        "joined": sum(player.joined for player in players),
        "selected": sum(player.member for player in players),
        "bought": len(bought),
        "redeemed": sum(purchase.redeemed for purchase in bought),
        "sessions attended": sum(len(purchase.attended) for purchase in bought),
        "sessions missed": sum(len(purchase.missed) for purchase in bought),
        "tasks graded": sum(
            play.institutions[purchase.institution].graded(purchase.redeem_code) for purchase in bought
        ),
        "completed": sum(purchase.completed for purchase in bought),
        "not completed": sum(purchase.not_completed for purchase in bought),
        "logged in at a platform": sum(player.logged_in is True for player in players),
        "paid": sum(player.payment == "PAID" for player in players),
    }


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    findings: list[Finding]
    lessons: Lessons
    payments: Payments
    search: Search
    seconds: float

    @property
    def is_good(self) -> bool:
        """Do all books agree, and has nothing leaked?"""
        return all(finding.agrees for finding in self.findings) and not self.search.leaks


def report(play: Play, result: Result) -> dict[str, Any]:
    """The same for programs."""
    return {
        "counts": counts(play),
        "refused": [list(row) for row in _refusals(play)],
        "findings": [asdict(finding) for finding in result.findings],
        "lessons": asdict(result.lessons),
        "payments": asdict(result.payments),
        "search": asdict(result.search),
        "stages": {
            stage.name: {"seconds": round(stage.seconds, 1), "done": stage.done_count} for stage in play.show.stages
        },
        "requests": play.api.requests,
        "repeats": play.api.repeats,
        "kills": play.system.kills,
        "seconds": round(result.seconds, 1),
    }


def print_summary(console: Console, play: Play, result: Result) -> None:
    """Print all of it."""
    console.print()
    console.print(_grid("How far they came", ("", "people or courses"), [(k, str(v)) for k, v in counts(play).items()]))
    console.print(_grid("Refused, and why", ("stage", "why", "times"), _refusals(play)))
    _print_lessons(console, result.lessons)
    _print_payments(console, result.payments)
    rows = [(f.what, f.ours, f.theirs, "✓" if f.agrees else "✗ DIFFERS") for f in result.findings]
    console.print(_grid("Our books beside the outside world's", ("", "ours", "theirs", ""), rows))
    console.print(_grid("How long it took", ("stage", "seconds"), _times(play, result.seconds)))
    console.print(_leaks(result.search), markup=False, soft_wrap=True)


def _print_lessons(console: Console, lessons: Lessons) -> None:
    for title, headings, rows in (
        ("Courses", ("", "learners", "attended", "absent", "tasks", "completed", "not"), lessons.courses),
        ("Not completed, and what became of the money", ("", "course", "missed", "the money"), lessons.not_completed),
        ("Log in with Prakerja", ("", "people"), lessons.logins),
    ):
        console.print(_grid(title, headings, rows))


def _print_payments(console: Console, payments: Payments) -> None:
    for title, headings, rows in (
        ("Payments", ("", "sent", "paid", "not paid", "compared with theirs", "by"), payments.providers),
        ("Members who were not paid, and what they are told", ("", "at", "what"), payments.unpaid),
        ("Payouts that wait for an operator", ("", "now"), payments.waiting),
        ("What the providers did wrong while they paid", ("", "times"), payments.faults),
        ("What providers called back", ("", "times"), payments.callbacks),
        ("Cases for people", ("", "opened"), payments.cases),
        ("Days of the ledger", ("", "state", "transfers", "digest"), payments.days),
    ):
        console.print(_grid(title, headings, rows))


def print_next(console: Console, play: Play) -> None:
    """Print where to go next."""
    base, world = play.options.base_url, play.options.world_url
    console.print(
        f"""
Try next:
  {base}/docs/participant    what people can do (Swagger UI); also /docs/sign-in and /docs/operator
  {base}/v1/courses          the catalogue
  {world}/inbox              codes and notices, as people get them
  {world}/control            make the registry, messages or the beacon slow, down or lossy
  {world}/snap/control       the payment providers' books, and their faults
  {play.options.local.handout}   tokens, keys, redeem codes and people for your own requests
  make travel DAYS=30        move programme time; make demo-tokens: new tokens
""",
        markup=False,
        soft_wrap=True,
    )


def _refusals(play: Play) -> list[tuple[str, str, str]]:
    by_stage: dict[str, Counter[str]] = defaultdict(Counter)
    for player in play.players:
        for stage, why in player.refusals:
            by_stage[stage][why] += 1
    order = [stage.name for stage in play.show.stages]
    return [
        (stage, why, str(count))
        for stage in sorted(by_stage, key=order.index)
        for why, count in sorted(by_stage[stage].items())
    ]


def _times(play: Play, seconds: float) -> list[tuple[str, str]]:
    rows = [(stage.name, f"{stage.seconds:.1f}") for stage in play.show.stages]
    return [*rows, ("all", f"{seconds:.1f}"), ("requests (repeated)", f"{play.api.requests} ({play.api.repeats})")]


def _leaks(search: Search) -> str:
    looked = (
        f"{search.traces} secret and personal texts looked for in {search.lines} log lines, "
        f"{search.dead_letters} dead letters, {search.metrics} metrics: "
    )
    if not search.leaks:
        return looked + "none found"
    found = Counter((leak.place, leak.kind) for leak in search.leaks)
    return looked + "FOUND " + ", ".join(f"{count}× {kind} in {place}" for (place, kind), count in found.items())


def _grid(title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number and heading not in WORDS else "left")
    for row in rows:
        table.add_row(*row)
    return table
