"""What the summary says about courses, and what platforms and LMSs have in their own books about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.demo.cast import Player, Purchase
from sandbox.demo.findings import Finding, rupiah
from sandbox.demo.lms import POST_TEST
from sandbox.demo.play import Play
from sandbox.demo.stages.linking import members

Row = tuple[str, ...]


@dataclass(frozen=True)
class Lessons:
    """Each list holds the rows of a table."""

    courses: list[Row] = field(default_factory=list)
    """Course, learners, sequences attended, sessions missed, tasks graded, completed, not completed."""
    not_completed: list[Row] = field(default_factory=list)
    """Member, course, what was missed, what became of the money."""
    logins: list[Row] = field(default_factory=list)
    """What came of asking, how many people."""


def learn_of(play: Play) -> Lessons:
    """Gather all of it."""
    begun = [(player, purchase) for player in play.players for purchase in player.purchases if purchase.attended]
    courses = sorted({purchase.course for _, purchase in begun})
    asked = [player.logged_in for player in play.players if player.logged_in is not None]
    return Lessons(
        courses=[_course(play, name, [bought for _, bought in begun if bought.course == name]) for name in courses],
        not_completed=[_failed(player, purchase) for player, purchase in begun if purchase.not_completed],
        logins=[
            ("allowed: code, tokens, profile, new tokens", str(sum(asked))),
            ("refused by the member", str(len(asked) - sum(asked))),
        ],
    )


def sold(play: Play) -> Iterator[Finding]:
    """The platforms' books beside what members see of their purchases."""
    theirs = {
        sale.redeem_code: (sale.amount, sale.cancelled)
        for platform in play.platforms.values()
        for sale in platform.sales.values()
    }
    ours = {
        known["redeem_code"]: (known["price"], known["state"] == "CANCELLED")
        for player in members(play)
        for known in player.who.purchases()
    }
    yield Finding("courses sold, by the platforms' books", _sum(ours), _sum(theirs), ours == theirs)


def taught(play: Play) -> Iterator[Finding]:
    """The LMSs' books beside what members see: whom they let in when, what they graded, who did all that it takes."""
    present: set[tuple[str, int]] = set()
    graded: set[tuple[str, str, int]] = set()
    completed: set[str] = set()
    for player in members(play):
        for purchase in player.purchases:
            if purchase.attended:
                known = player.who.learning(purchase.purchase_id)
                present |= {(purchase.redeem_code, number) for number in _present(known)}
                graded |= {
                    (purchase.redeem_code, task["scope"], task["sequence"]) for task in known["tasks"] if task["notes"]
                }
                if known["purchase"]["state"] == "COMPLETED":
                    completed.add(purchase.redeem_code)
    schools = play.institutions.values()
    seen = {row for school in schools for row in school.present}
    marked = {task for school in schools for task, work in school.tasks.items() if work.score is not None}
    yield Finding("attended, by the LMSs' books", str(len(present)), str(len(seen)), present == seen)
    yield Finding("tasks graded, by the LMSs' books", str(len(graded)), str(len(marked)), graded == marked)
    proven = {
        purchase.redeem_code
        for player in members(play)
        for purchase in player.purchases
        if {(purchase.redeem_code, sequence) for sequence in (*range(1, purchase.sessions + 1), POST_TEST)} <= seen
        and (purchase.redeem_code, "uk", POST_TEST) in marked
    }
    yield Finding("completed, by what the LMSs saw", str(len(completed)), str(len(proven)), completed == proven)


def _present(known: dict[str, Any]) -> list[int]:
    return [session["sequence"] for session in known["sessions"] if session["state"] == "PRESENT"]


def _sum(books: dict[str, tuple[int, bool]]) -> str:
    kept = [amount for amount, is_cancelled in books.values() if not is_cancelled]
    return f"{rupiah(sum(kept))} in {len(kept)}"


def _course(play: Play, name: str, bought: list[Purchase]) -> Row:
    numbers = (
        len(bought),
        sum(len(purchase.attended) for purchase in bought),
        sum(len(purchase.missed) for purchase in bought),
        sum(play.institutions[purchase.institution].graded(purchase.redeem_code) for purchase in bought),
        sum(purchase.completed for purchase in bought),
        sum(purchase.not_completed for purchase in bought),
    )
    return name, *map(str, numbers)


def _failed(player: Player, purchase: Purchase) -> Row:
    missed = ", ".join(f"session {number}" for number in purchase.missed)
    balance = player.who.membership()["balance"]
    return f"member {player.number}", purchase.course, missed, f"{rupiah(balance['forfeited'])} forfeited"
