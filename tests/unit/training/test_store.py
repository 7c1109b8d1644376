"""Each part's own condition: what it writes only from one state, and never over something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from prakerja.membership import DebitAt
from prakerja.platform.clock import to_text
from prakerja.platform.parts import Part
from prakerja.platform.problems import Problem
from prakerja.training.errors import InvoiceUsed, PaymentUsed
from prakerja.training.model.catalogue import Seats
from prakerja.training.model.learning import finish_by
from prakerja.training.model.payment import Asked, CodesSent, Payment, PaymentState
from prakerja.training.model.purchase import Attended, PurchaseState, RedeemCode
from prakerja.training.store.catalogue import seat_part
from prakerja.training.store.moved import Moved
from prakerja.training.store.payment import (
    codes_sent_part,
    load_payment,
    new_payment,
    payment_code_target,
    resend_part,
    used_part,
    wrong_part,
)
from prakerja.training.store.purchase import (
    cancelled_parts,
    code_part,
    completed_part,
    load_code,
    load_purchase,
    new_code,
    new_invoice,
    new_purchase,
)
from tests.support.market import Market
from tests.support.world import World
from tests.unit.training.records import bought


def redeemed(code: RedeemCode) -> RedeemCode:
    return replace(code, state=PurchaseState.REDEEMED, redeemed_at=code.starts_at, version=code.version + 1)


Refuses = Callable[[type[Problem], Sequence[Part]], None]


@pytest.fixture
def refuses(world: World) -> Refuses:
    def check(error: type[Problem], parts: Sequence[Part]) -> None:
        """Each of the parts alone must be refused, and leave the world as it was."""
        before = world.items("programme")
        for part in parts:
            with pytest.raises(error):
                world.table.commit(part)
        assert world.items("programme") == before

    return check


def test_a_purchase_an_invoice_and_a_code_are_stored_once(world: World, refuses: Refuses) -> None:
    purchase, invoice, code = bought(world)
    world.table.commit(new_purchase(purchase, "p-1"), new_invoice(invoice), new_code(code))
    assert world.table.commit(new_purchase(purchase, "p-1")).repeated
    refuses(PaymentUsed, [new_purchase(purchase, "p-2")])
    refuses(InvoiceUsed, [new_invoice(invoice)])
    refuses(Moved, [new_code(code)])


def test_only_what_has_not_begun_is_cancelled(world: World, refuses: Refuses) -> None:
    purchase, invoice, code = bought(world)
    world.table.commit(new_purchase(purchase, "p-1"), new_invoice(invoice), new_code(code))
    of_invoice, of_code, _ = cancelled_parts(purchase, code, world.clock.programme())
    world.table.commit(code_part(code, redeemed(code)))
    refuses(Moved, [of_code])
    world.table.commit(of_invoice)
    refuses(Moved, [of_invoice])


def test_only_what_is_not_cancelled_is_redeemed_and_only_once(world: World, refuses: Refuses) -> None:
    purchase, invoice, code = bought(world)
    world.table.commit(new_purchase(purchase, "p-1"), new_invoice(invoice), new_code(code))
    redeem = code_part(code, redeemed(code))
    world.table.commit(redeem)
    refuses(Moved, [redeem])


def test_what_is_cancelled_is_neither_redeemed_nor_completed(world: World, refuses: Refuses) -> None:
    purchase, invoice, code = bought(world)
    world.table.commit(new_purchase(purchase, "p-1"), new_invoice(invoice), new_code(code))
    world.table.commit(*cancelled_parts(purchase, code, world.clock.programme()))
    done = replace(purchase, state=PurchaseState.COMPLETED, completion_number=1)
    refuses(Moved, [code_part(code, redeemed(code)), completed_part(done)])


def test_a_purchase_is_completed_once(world: World, refuses: Refuses) -> None:
    purchase, invoice, code = bought(world)
    world.table.commit(new_purchase(purchase, "p-1"), new_invoice(invoice), new_code(code))
    done = replace(purchase, state=PurchaseState.COMPLETED, completion_number=1)
    world.table.commit(completed_part(done))
    refuses(Moved, [completed_part(done)])
    stored = load_purchase(world.table, purchase.person_id, purchase.purchase_id)
    assert stored is not None
    assert (stored.state, stored.completion_number) == (PurchaseState.COMPLETED, 1)


def test_a_code_changes_from_the_version_that_was_read(world: World, refuses: Refuses) -> None:
    _, _, code = bought(world)
    world.table.commit(new_code(code))
    after = replace(code, attended=(1,), version=2)
    world.table.commit(code_part(code, after))
    refuses(Moved, [code_part(code, after)])
    assert load_code(world.table, code.redeem_code) == after


def test_a_code_keeps_what_was_attended_and_is_due_until_it_is_over(world: World) -> None:
    _, _, code = bought(world)
    world.table.commit(new_code(code))
    attended = (Attended(1, world.clock.programme()), Attended(999, world.clock.programme()))
    after = replace(code, attended=(1, 999), attendances=attended, skill_shown=True, version=2)
    world.table.commit(code_part(code, after))
    assert load_code(world.table, code.redeem_code) == after
    (item,) = world.items("programme")
    assert (item["due_shard"][:7], item["due_at"]) == ("COURSE#", to_text(finish_by(code)))
    world.table.commit(code_part(after, replace(after, state=PurchaseState.NOT_COMPLETED, version=3)))
    (item,) = world.items("programme")
    assert not {"due_shard", "due_at"} & item.keys()


def test_a_seat_is_taken_from_the_pool_that_was_read(
    world: World, refuses: Refuses, monkeypatch: pytest.MonkeyPatch
) -> None:
    Market(world, monkeypatch, quota=2, pools=1)
    world.table.commit(seat_part("C1", "S1", Seats(0, 2), -1))
    refuses(Moved, [seat_part("C1", "S1", Seats(0, 2), -1), seat_part("C1", "S1", Seats(1, 0), +1)])


def test_a_payment_moves_on_from_the_state_that_was_read(world: World, refuses: Refuses) -> None:
    now = world.clock.wall()
    payment = Payment("p-1", "i", "toko", "u", "person", "C1", "S1", 1, 1, True, DebitAt.COMPLETION, now)
    world.table.commit(new_payment(payment))
    for stale in (replace(payment, wrong=1), replace(payment, resend=1)):
        refuses(Moved, [wrong_part(stale, "r"), used_part(stale, "c-1", "r"), resend_part(stale, stale)])
    world.table.commit(used_part(payment, "c-1", "r"))
    refuses(Moved, [wrong_part(payment, "r"), used_part(payment, "c-1", "r"), resend_part(payment, payment)])
    stored = load_payment(world.table, "p-1")
    assert stored is not None
    assert (stored.state, stored.purchase_id) == (PaymentState.USED, "c-1")


def test_codes_are_counted_from_the_count_that_was_read(world: World, refuses: Refuses) -> None:
    now = world.clock.wall()
    first = CodesSent("2026-01-15", 1, now, "p-1", "i", (Asked("r1", "p-1"),))
    second = replace(first, today=2, last_at=now + timedelta(minutes=1), asked=(Asked("r2", "p-1"),))
    world.table.commit(codes_sent_part("person", CodesSent(), first))
    refuses(Moved, [codes_sent_part("person", CodesSent(), second)])
    world.table.commit(codes_sent_part("person", first, second))
    refuses(Moved, [codes_sent_part("person", first, second)])


def test_who_gets_a_payment_code(world: World) -> None:
    now = world.clock.wall()
    until = now + timedelta(minutes=10)
    payment = Payment(
        "p-1", "i", "toko", "u", "person", "C1", "S1", 1, 1, True, DebitAt.COMPLETION, valid_until=until, resend=2
    )
    world.table.commit(new_payment(payment))
    assert payment_code_target(world.table, "p-1", now) == ("person", 2)
    assert payment_code_target(world.table, "p-1", until) is None
    assert payment_code_target(world.table, "p-2", now) is None
    world.table.commit(used_part(payment, "c-1", "r"))
    assert payment_code_target(world.table, "p-1", now) is None
