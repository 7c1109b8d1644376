"""The bugs that are planted, one at a time, each as a small change of the source, with the tests that must turn red."""

from __future__ import annotations

from tests.prove.bug import CODE, Bug
from tests.prove.bugs_of_learning import LEARNING_BUGS
from tests.prove.bugs_of_pages import PAGE_BUGS
from tests.prove.bugs_of_payouts import PAYOUT_BUGS

CRASHES = "tests/chaos/test_crash_matrix.py::test_a_command_ends_the_same_wherever_it_dies"
GRANTS = "tests/infra/test_grants.py"
RACES = "tests/chaos/test_races.py::test_exactly_one_wins"


def _race(name: str) -> str:
    return f"{RACES}[moto-{name}]"


BUGS = (
    Bug(
        "drop the NIK guard",
        f"{CODE}/identity/service.py",
        "                *nik_guards(p, person_id, record.nik, _Taken()),\n",
        "",
        (_race("one NIK, two accounts"), "tests/unit/identity/test_service.py"),
    ),
    Bug(
        "swap post and void",
        f"{CODE}/balance/model.py",
        '    Move.POST: ("reserved", "spent"),\n    Move.VOID: ("reserved", "available"),\n',
        '    Move.POST: ("reserved", "available"),\n    Move.VOID: ("reserved", "spent"),\n',
        ("tests/unit/balance", "tests/functions/test_partner_learning.py"),
    ),
    Bug(
        "omit an outbox row",
        f"{CODE}/training/service/reviewing.py",
        "            outbox=[CourseReviewed(person_id=person_id, purchase_id=purchase_id)],\n",
        "",
        ("tests/chaos/test_deliveries.py", "tests/functions/test_participant_training.py"),
    ),
    Bug(
        "announce in a second transaction",
        f"{CODE}/identity/service.py",
        "        outbox=[IdentityCheckRequested(person_id=person_id, check_number=after.number)],\n    )\n"
        "    return load_check(p, person_id) if outcome.repeated else after\n",
        "    )\n    p.table.commit(outbox=[IdentityCheckRequested(person_id=person_id, check_number=after.number)])\n"
        "    return load_check(p, person_id) if outcome.repeated else after\n",
        (f"{CRASHES}", "-k", "submit"),
    ),
    Bug(
        "delete an outbox row before it is sent",
        f"{CODE}/platform/relay.py",
        "    left: set[str] = set()\n",
        "    left: set[str] = set()\n"
        "    table.forget(OUTBOX, [{'pk': row.pk, 'sk': row.sk} for row in rows][:DELETE_AT_ONCE])\n",
        ("tests/unit/platform/test_relay.py", CRASHES, "-k", "relay"),
    ),
    Bug(
        "skip the family cap in the draw",
        f"{CODE}/waves/draw.py",
        "            if taken == seats_left:\n",
        "            if taken == seats_left + 1:\n",
        ("tests/unit/waves/test_draw.py", "tests/properties/test_draw.py"),
    ),
    Bug(
        "draw who is on an agency's list",
        f"{CODE}/waves/screening.py",
        "    return EXCLUDED if is_excluded else None\n",
        "    return None\n",
        ("tests/unit/waves/test_screening.py", "-k", "list"),
    ),
    Bug(
        "decree who was listed after the screening",
        f"{CODE}/waves/decreeing.py",
        "        entry = barring(p, scheme, item)\n",
        "        entry = None\n",
        ("tests/unit/waves/test_screening.py", "-k", "list"),
    ),
    Bug(
        "skip the family seat at the decree",
        f"{CODE}/waves/store.py",
        "        put_new(family, holder, error=seat_taken, **place),",
        "        put(family, holder, **place),",
        (_race("one family card, three members"),),
    ),
    Bug(
        "accept a wrong signature form",
        f"{CODE}/partners/signature.py",
        '        (minified, "minified"),\n',
        '        (minified, "minified"),\n        ("", "raw"),\n',
        ("tests/unit/partners/test_signature.py", "tests/properties/test_partner_wire.py"),
    ),
    Bug(
        "accept an old timestamp",
        f"{CODE}/partners/signature.py",
        "    if not _is_near(timestamp, now):\n",
        "    if not _TIMESTAMP.fullmatch(timestamp):\n",
        ("tests/unit/partners/test_signature.py",),
    ),
    Bug(
        "take a repeat under a new nonce for another request",
        "functions/partner_api/credentials.py",
        'self.timestamp, "", signed.method',
        "self.timestamp, self.nonce, signed.method",
        ("tests/functions/test_partner_repeats.py",),
    ),
    Bug(
        "<= the end of a wave",
        f"{CODE}/waves/model.py",
        "    if now >= wave.closes_at:\n        raise WaveClosed",
        "    if now > wave.closes_at:\n        raise WaveClosed",
        ("tests/unit/waves/test_service.py",),
    ),
    Bug(
        "<= the deadline of the first purchase",
        f"{CODE}/membership/model.py",
        "now >= membership.purchase_deadline_at:",
        "now > membership.purchase_deadline_at:",
        ("tests/unit/membership",),
    ),
    Bug(
        "ignore the second approval",
        f"{CODE}/platform/approvals.py",
        "            and self.approved_by is not None\n            and self.approved_by != self.proposed_by\n",
        "",
        ("tests/unit/payouts/test_run.py", "tests/unit/waves/test_drawing.py", "-k", "two_operators"),
    ),
    Bug(
        "let the proposer approve",
        f"{CODE}/platform/approvals.py",
        "    if approval.proposed_by == by:\n        raise SameOperator\n",
        "",
        ("tests/unit/platform/test_approvals.py",),
    ),
    Bug(
        "log a NIK",
        f"{CODE}/identity/service.py",
        "    record = load_claim(p, person_id)\n",
        "    record = load_claim(p, person_id)\n    count('RegistryAsked', nik=record.nik)\n",
        ("tests/api/test_leaks.py",),
    ),
    Bug(
        "drop the condition on a seat",
        f"{CODE}/training/store/catalogue.py",
        '        when=Attr("left").eq(seats.left),\n',
        "",
        (_race("one seat, two buyers"),),
    ),
    Bug(
        "drop the condition on a balance",
        f"{CODE}/balance/store/member.py",
        '            when=Attr("version").eq(balance.version),\n',
        "",
        (_race("one balance, two moves"),),
    ),
    Bug(
        "drop the condition on a payout",
        f"{CODE}/payouts/store/payouts.py",
        "        when=_stands_as(before),\n        error=PayoutMoved(),\n        payout_id=after.payout_id,\n    )\n",
        "        error=PayoutMoved(),\n        payout_id=after.payout_id,\n    )\n",
        (_race("one shard, two workers, one of whom pays"),),
    ),
    Bug(
        "take somebody else's code",
        f"{CODE}/training/model/purchase.py",
        "    if code is None or code.institution != institution:\n",
        "    if code is None:\n",
        (_race("one redeem code, two institutions"),),
    ),
    Bug(
        "take a lost answer for a conflict",
        f"{CODE}/platform/table.py",
        "        if repeated is not None:\n            return Outcome(repeated=True, found=repeated)\n",
        "",
        ("tests/unit/platform/test_table.py", CRASHES, "-k", "test_table or create"),
    ),
    Bug(
        "trust a refresh token from any device",
        f"{CODE}/registration/model/session.py",
        "    if device != session.device:\n        return Refresh.REUSED\n",
        "",
        (_race("one refresh token, on two devices"), "tests/unit/registration/test_refresh_model.py"),
    ),
    Bug(
        "grant what nothing uses",
        "infra/apis.py",
        'Write("people", "UpdateItem"),',
        'Write("people"),',
        (GRANTS,),
    ),
    Bug(
        "forget a grant of the unlucky path",
        "infra/functions.py",
        'Write("people", "PutItem", "UpdateItem", "DeleteItem"),',
        'Write("people", "PutItem", "UpdateItem"),',
        (GRANTS,),
    ),
    *PAYOUT_BUGS,
    *LEARNING_BUGS,
    *PAGE_BUGS,
)
