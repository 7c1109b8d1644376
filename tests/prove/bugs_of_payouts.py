"""Bugs planted where money leaves: each breaks one of the rules by which nobody is paid twice and nobody is told a lie."""

from __future__ import annotations

from tests.prove.bug import CODE, Bug

DECISIONS = "tests/unit/payouts/test_decisions.py"
RUN = "tests/unit/payouts/test_run.py"
PAYOUTS = f"{CODE}/payouts"

PAYOUT_BUGS = (
    Bug(
        "treat a time-out as failed",
        f"{CODE}/gateways/snap/client.py",
        "Reply(Outcome.AMB if error.sent else Outcome.REJ,",
        "Reply(Outcome.FAIL if error.sent else Outcome.REJ,",
        (RUN, "-k", "lost"),
    ),
    Bug(
        "send an unclear payout again",
        f"{PAYOUTS}/decisions.py",
        "    if answer.outcome in (Outcome.PEND, Outcome.AMB) or attempt.ambiguous:\n"
        "        return Next(PayoutState.UNKNOWN, became_unknown(attempt, now), first_wait)\n",
        "    if answer.outcome in (Outcome.PEND, Outcome.AMB) or attempt.ambiguous:\n"
        "        return Next(PayoutState.RESEND, attempt, 7200)\n",
        (RUN, "-k", "response_lost"),
    ),
    Bug(
        "take a new reference after not-found",
        f"{PAYOUTS}/decisions.py",
        "    return Next(PayoutState.RESEND, replace(counted, ambiguous=True, not_found=0, not_found_since=None), 0)\n",
        "    return Next(PayoutState.QUEUED, replace(counted, result=PayoutState.FAILED), 0)\n",
        (RUN, "-k", "under_its_own_reference"),
    ),
    Bug(
        "skip the settle window",
        f"{PAYOUTS}/decisions.py",
        "    proven = counted.not_found >= rules.not_found_needed and"
        " now - counted.sent_at >= settled and now - since >= settled\n",
        "    proven = counted.not_found >= rules.not_found_needed\n",
        (DECISIONS, RUN, "-k", "settle_window or late_commit"),
    ),
    Bug(
        "take one refusal without asking for a proof",
        f"{PAYOUTS}/decisions.py",
        "    if answer.outcome is Outcome.FAIL or answer.must_confirm:\n",
        "    if answer.outcome is Outcome.FAIL:\n"
        "        return _ended(PayoutState.FAILED, attempt, reason=str(answer.reason))\n"
        "    if answer.must_confirm:\n",
        (DECISIONS, "-k", "r6"),
    ),
    Bug(
        "accept a call-back that nobody signed",
        f"{CODE}/gateways/snap/callbacks.py",
        "    return _read(profile, raw) if genuine else None\n",
        "    return _read(profile, raw)\n",
        ("tests/unit/gateways/snap/test_callbacks.py", "-k", "forged"),
    ),
    Bug(
        "let a call-back be signed for any path",
        f"{CODE}/gateways/snap/callbacks.py",
        "        genuine = _signed(profile, key, method, signed, names, raw)\n",
        "        paths = (signed, signed.replace('/dana/', '/ovo/'), f'{signed}/elsewhere', '/v1.0/debit/notify')\n"
        "        genuine = any(_signed(profile, key, method, one, names, raw) for one in paths)\n",
        ("tests/unit/gateways/snap/test_callbacks.py", "tests/functions/test_payment_callback.py"),
    ),
    Bug(
        "let a call-back change the state",
        f"{PAYOUTS}/service/telling.py",
        "    ask = (change_payout(payout, payout, now),)\n",
        "    ask = (change_payout(payout, payout.to(PayoutState.PAID, now)),)\n",
        ("tests/functions/test_payment_callback.py",),
    ),
    Bug(
        "allow two attempts that have not failed",
        f"{PAYOUTS}/service/sending.py",
        "            *((is_proven_unpaid(payout),) if before is not None else ()),\n",
        "",
        ("tests/unit/payouts/test_attempts.py",),
    ),
    Bug(
        "take evidence about one sending for evidence about the next",
        f"{PAYOUTS}/store/verdicts.py",
        "        return seen == (payout.state, payout.attempt, attempt.sends)\n",
        "        return seen[:2] == (payout.state, payout.attempt)\n",
        ("tests/unit/payouts/test_judging.py", "-k", "one_sending"),
    ),
    Bug(
        "void while the outcome is unknown",
        f"{PAYOUTS}/bookings.py",
        "    if before is after or (before in IN_FLIGHT and after in IN_FLIGHT):\n        return ()\n",
        "    if before in IN_FLIGHT and after is PayoutState.UNKNOWN:\n        return (PayoutMove.VOID,)\n"
        "    if before is after or (before in IN_FLIGHT and after in IN_FLIGHT):\n        return ()\n",
        ("tests/unit/payouts/test_bookings.py",),
    ),
    Bug(
        "say paid without looking at the amount",
        f"{CODE}/gateways/snap/answers.py",
        "    if same_amount is False:\n",
        "    if same_amount is False and status is not TransferStatus.PAID:\n",
        (RUN, "-k", "contradiction"),
    ),
    Bug(
        "take success without an echo",
        f"{CODE}/gateways/snap/answers.py",
        "        if wrong:\n            outcome, message = Outcome.AMB,",
        "        if wrong and body == {}:\n            outcome, message = Outcome.AMB,",
        ("tests/properties/test_payout_answers.py",),
    ),
    Bug(
        "book no suspense for what nobody ordered",
        f"{PAYOUTS}/service/differences.py",
        "                _suspend(p, report, verdict.row.identity, verdict.row.amount)\n",
        "                verdict.row.identity\n",
        ("tests/unit/payouts/test_reconciling.py",),
    ),
    Bug(
        "count a row twice that a file lists twice",
        f"{PAYOUTS}/reconciling/comparing.py",
        '        mark = (row.kind, row.transaction_id or f"{row.from_day}:{row.line}", row.amount)\n',
        '        mark = (row.kind, f"{row.transaction_id}:{row.line}", row.amount)\n',
        ("tests/unit/payouts/test_reconciling.py", "tests/properties/test_reconciliation.py"),
    ),
    Bug(
        "know a row by its line",
        f"{PAYOUTS}/reconciling/rows.py",
        'f"{self.from_day}:{self.nth}"',
        'f"{self.from_day}:{self.line}"',
        ("tests/unit/payouts/test_reconciling_days.py",),
    ),
    Bug(
        "sum up what is suspended row by row",
        f"{PAYOUTS}/service/comparison.py",
        "if verdict.loose and not self.suspended(verdict.row.identity):",
        "if verdict.loose:",
        ("tests/unit/payouts/test_reconciling_days.py",),
    ),
    Bug(
        "close the breaker without a connection",
        f"{PAYOUTS}/channels.py",
        'return outcome is Outcome.AMB or (outcome is Outcome.REJ and not code.startswith("4"))',
        "return outcome is Outcome.AMB",
        ("tests/unit/payouts/test_channels.py",),
    ),
    Bug(
        "add to a run that was declared",
        f"{PAYOUTS}/service/collecting.py",
        "moved(incentive, taken_into_run(incentive, payout.payout_id)), run_stands(run))",
        "moved(incentive, taken_into_run(incentive, payout.payout_id)))",
        ("tests/unit/payouts/test_overtaken.py",),
    ),
    Bug(
        "send again what a statement does not show",
        f"{PAYOUTS}/service/differences.py",
        "                messages.append(_ask(verdict.ours, bucket))\n    if unreadable",
        "                from prakerja.payouts.messages import PayoutQueued\n"
        "                messages.append(PayoutQueued(payout_id=verdict.ours.payout_id, provider=report.provider))\n"
        "    if unreadable",
        ("tests/unit/payouts/test_reconciling.py",),
    ),
    Bug(
        "ignore the breaker",
        f"{PAYOUTS}/service/channels.py",
        "        return flow is Flow.FLOWING\n",
        "        return flow in (Flow.FLOWING, Flow.PAUSED)\n",
        ("tests/unit/payouts/test_channels.py",),
    ),
    Bug(
        "ignore the kill switch",
        f"{PAYOUTS}/channels.py",
        "        return Flow.STOPPED if self.everybody.is_stopped else self.own.flow(now)\n",
        "        return self.own.flow(now)\n",
        ("tests/unit/payouts/test_channels.py",),
    ),
    Bug(
        "look at the channel before waiting for one's turn, not after",
        f"{PAYOUTS}/service/sending.py",
        "    if not may_send(p, payout.provider):\n        return payout\n",
        "    may_send(p, payout.provider)\n",
        ("tests/unit/payouts/test_channels.py", "-k", "waits_for_its_turn"),
    ),
    Bug(
        "take the probe for what only waits",
        f"{PAYOUTS}/service/sending.py",
        "or not may_flow(p, payout.provider):\n",
        "or not may_send(p, payout.provider):\n",
        ("tests/unit/payouts/test_unlinked.py",),
    ),
    Bug(
        "send again what its provider says was paid",
        f"{PAYOUTS}/service/telling.py",
        "        if callback.says in UNDER_WAY and payout.state is PayoutState.RESEND",
        "        if callback.says not in TransferStatus and payout.state is PayoutState.RESEND",
        ("tests/unit/payouts/test_contradicted.py",),
    ),
    Bug(
        "pay by another attempt what is said to be paid by the one before",
        f"{PAYOUTS}/service/sending.py",
        "        if payout.contradicted is not None and contradiction_stands(p, providers, payout):\n            return set_aside(p, payout)\n",
        "",
        ("tests/unit/payouts/test_contradicted.py",),
    ),
    Bug(
        "send again to who is no member any more",
        f"{PAYOUTS}/service/sending.py",
        "    if payout.state is PayoutState.RESEND and case.revoked:\n        return stop_resending(p, payout, REVOKED)\n",
        "",
        ("tests/unit/payouts/test_contradicted.py",),
    ),
    Bug(
        "believe for ever that a channel flows",
        f"{PAYOUTS}/service/channels.py",
        "FRESH = timedelta(seconds=5)\n",
        "FRESH = timedelta(days=5)\n",
        ("tests/unit/payouts/test_channels.py",),
    ),
    Bug(
        "never look again at a paid payout",
        f"{PAYOUTS}/service/telling.py",
        "UNDONE = frozenset({TransferStatus.RETURNED, TransferStatus.FAILED})\n",
        "UNDONE = frozenset({TransferStatus.RETURNED})\n",
        ("tests/functions/test_payment_callback.py",),
    ),
    Bug(
        "ask once about what came back, and never again",
        f"{PAYOUTS}/service/telling.py",
        "        return (*ask, doubted(attempt, now))\n",
        "        return ()\n",
        ("tests/functions/test_said_returned.py",),
    ),
    Bug(
        "let people take back what no provider called returned",
        f"{PAYOUTS}/decisions.py",
        "    undoubted = payout.state is PayoutState.PAID and attempt.doubted_since is None\n",
        "    undoubted = False\n",
        (DECISIONS,),
    ),
    Bug(
        "claim what comes back in this moment",
        f"{PAYOUTS}/service/ending.py",
        "        stands(incentive),  # else it came back in this moment, and there is nothing to claim\n",
        "",
        ("tests/properties/test_claims.py",),
    ),
    Bug(
        "leave a claim open whose payment came back",
        f"{PAYOUTS}/service/returning.py",
        "    claim = claim_from_item(claim_item)\n",
        "    claim = claim_from_item(None)\n",
        ("tests/properties/test_claims.py",),
    ),
    Bug(
        "take an amount that is no text for an amount",
        f"{CODE}/gateways/snap/reading.py",
        "    found = _STANDARD_AMOUNT.fullmatch(value) if isinstance(value, str) else None\n    if found is None or",
        "    found = _AMOUNT.fullmatch(str(value))\n    if found is None or",
        ("tests/unit/gateways/snap/test_amounts.py",),
    ),
)
