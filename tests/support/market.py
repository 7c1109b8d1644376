"""A small market for tests: two platforms, two institutions, courses with seats, members with money.

Calls go through the partner API as deployed: signed, as events, through the real composition root. Every AWS call that
a request makes is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from functions.partner_api.handler import handler
from prakerja.membership import change_membership
from prakerja.partners import KeyRing, Partner, PartnerKind, register_partner
from prakerja.partners.store import load_partner
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, PARTNER, PAYMENT, PURCHASE
from prakerja.platform.one_time_code import one_time_code
from prakerja.training.model.catalogue import Course, CourseType, Schedule
from prakerja.training.service.catalogue import open_schedule, publish_course
from tests.contract.partner.client import PREFIX, Client, event
from tests.support.classroom import LMS, SITE, Classroom
from tests.support.people import Someone, plant_member, someone
from tests.support.wired import wire
from tests.support.world import World

CODE_KEY = "PAYMENT_CODE_SECRET for tests"
RING = KeyRing({"1": "PARTNER_SECRET for tests"})
PRICE = 750_000
CARD = "8000000000000001"
STATUS = "/payment/redeem-code/status"
WRITES = frozenset({"TransactWriteItems", "PutItem", "UpdateItem"})


@dataclass
class Calls:
    """AWS operations in order, and how many items each transaction wrote."""

    operations: list[str] = field(default_factory=list)
    written: list[int] = field(default_factory=list)


def refused(answer: tuple[int, dict[str, Any]], code: str, status: int = 400) -> str:
    """Assert a refusal with this error code, and answer its message."""
    assert answer[0] == status, answer
    assert answer[1]["success"] is False
    assert answer[1]["code"] == code, answer
    assert "data" not in answer[1]
    return str(answer[1]["message"])


def account_of(card: str) -> str:
    """The account at a platform with which the holder of a card buys."""
    return f"u{card[-10:]}"


class Market(Classroom):
    """Platforms ``toko`` and ``lapak``, institutions ``lpk`` and ``bkk``; ``lpk`` teaches course C1 in schedule S1."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, *, quota: int = 4, pools: int = 2) -> None:
        super().__init__()
        wire(world, monkeypatch, partner_secret="PARTNER_SECRET", data_key_id="key", site_url=SITE)
        self.world = world
        self.keys: dict[str, str] = {}
        for code, kind in (
            ("toko", PartnerKind.PLATFORM),
            ("lapak", PartnerKind.PLATFORM),
            ("lpk", PartnerKind.INSTITUTION),
            ("bkk", PartnerKind.INSTITUTION),
        ):
            self.keys[code] = register_partner(
                world.platform,
                RING,
                client_code=code,
                name=code.title(),
                kind=kind,
                valid_from=date(2020, 1, 1),
                redirect_uris=(LMS,) if code == "lpk" else (),
                commission_basis_points=1500 if kind is PartnerKind.PLATFORM else 0,
            )
        self.offer("C1", "S1", quota=quota, pools=pools)

    def offer(
        self,
        course_code: str,
        schedule_code: str,
        *,
        price: int = PRICE,
        quota: int = 4,
        pools: int = 1,
        sessions: int = 2,
        platforms: tuple[str, ...] = ("toko",),
        course_type: CourseType = CourseType.WEBINAR,
        starts_in: timedelta = timedelta(days=10),
    ) -> Schedule:
        """Publish a course of ``lpk`` and open a schedule of ten days; a live one is sold until it starts."""
        now = self.world.clock.programme()
        publish_course(
            self.world.platform,
            Course(
                course_code=course_code,
                title="Dasar Excel",
                institution="lpk",
                institution_name="Lpk",
                course_type=course_type,
                learning_method=course_type.name,
                is_online_attendance=True,
                price=price,
                platforms=platforms,
            ),
        )
        schedule = Schedule(
            course_code=course_code,
            schedule_code=schedule_code,
            starts_at=now + starts_in,
            ends_at=now + starts_in + timedelta(days=10),
            sales_until=now + starts_in + timedelta(days=0 if course_type.is_live else 10),
            sessions=sessions,
            quota=quota,
            pools=pools,
        )
        open_schedule(self.world.platform, schedule)
        return schedule

    def member(self, number: int = 1, *, card: str = CARD, linked: bool = True) -> Someone:
        """A member with Rp3.500.000 and, if ``linked``, an account."""
        who = plant_member(self.world, someone(number), card_number=card)
        if linked:
            self.world.table.commit(change_membership(who.person_id, set={"account_linked": True}))
        return who

    # partners' calls ----------------------------------------------------------------------------------------------
    def call(self, partner: str, path: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
        """A signed call of a partner: (HTTP status, envelope)."""
        response = handler(self.event(partner, path, body, **headers), None)
        return response["statusCode"], json.loads(response["body"])

    def event(self, partner: str, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """The event of that call, to be sent more than once."""
        client = Client(partner, self.keys[partner].encode(), self.world.clock.wall())
        text = json.dumps(body)
        return event(PREFIX + path, client.headers(PREFIX + path, text, headers), text)

    def ask(self, partner: str = "toko", *, card: str = CARD, **changes: Any) -> tuple[int, dict[str, Any]]:
        """``send-otp`` for course C1."""
        return self.call(partner, "/payment/send-otp", self.order(card=card, **changes))

    def order(self, *, card: str = CARD, **changes: Any) -> dict[str, Any]:
        """What ``send-otp`` is sent for course C1."""
        order = {
            "user_platform_id": account_of(card),
            "prakerja_id": card,
            "course_code": "C1",
            "schedule_code": "S1",
            "amount": PRICE,
        }
        return {**order, **changes}

    def token(self, **changes: Any) -> str:
        """The payment token of a ``send-otp`` that must work."""
        status, body = self.ask(**changes)
        assert status == 200, body
        return str(body["data"]["payment_token"])

    def code(self, token: str) -> str:
        """The one-time code that the member finds on their phone now."""
        payment_id = token.partition(".")[0]
        payment = self.world.table.get(PAYMENT, payment_id=payment_id)
        assert payment is not None
        return one_time_code(CODE_KEY, payment_id, payment["resend"])

    def pay(
        self, token: str, *, partner: str = "toko", invoice: str = "INV-1", otp: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """``authorize`` a payment."""
        response = handler(self.pay_event(token, partner=partner, invoice=invoice, otp=otp), None)
        return response["statusCode"], json.loads(response["body"])

    def pay_event(
        self, token: str, *, partner: str = "toko", invoice: str = "INV-1", otp: str | None = None
    ) -> dict[str, Any]:
        """The event of that call, to be sent more than once."""
        body = {
            "otp": otp or self.code(token),
            "invoice_url": f"https://toko.example.test/{invoice}",
            "invoice_code": invoice,
        }
        return self.event(partner, "/payment/authorize", body, authorization=f"Payment {token}")

    def buy(self, *, invoice: str = "INV-1", **changes: Any) -> dict[str, Any]:
        """A purchase that must work: the data of ``authorize``."""
        status, body = self.pay(self.token(**changes), invoice=invoice)
        assert status == 200, body
        data: dict[str, Any] = body["data"]
        return data

    # looking ------------------------------------------------------------------------------------------------------
    @contextmanager
    def counted(self) -> Iterator[Calls]:
        """Count the DynamoDB calls made inside."""
        calls = Calls()

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            calls.operations.append(model.name)
            if model.name == "TransactWriteItems":
                calls.written.append(len(json.loads(params["body"])["TransactItems"]))

        self.world.client.meta.events.register("before-call.dynamodb", note)
        try:
            yield calls
        finally:
            self.world.client.meta.events.unregister("before-call.dynamodb", note)

    def before_commit(self, action: Callable[[], object]) -> None:
        """Do something once, after the next command has read and before it writes."""
        events = self.world.client.meta.events

        def interfere(model: Any, **_: Any) -> None:
            if model.name in WRITES:
                events.unregister("before-call.dynamodb", interfere)
                action()

        events.register("before-call.dynamodb", interfere)

    def between_reads(self, action: Callable[[], object]) -> None:
        """Do something once, after the next request's first read and before its second."""
        events = self.world.client.meta.events
        seen = []

        def interfere(**_: Any) -> None:
            seen.append(1)
            if len(seen) == 2:
                events.unregister("before-call.dynamodb.BatchGetItem", interfere)
                action()

        events.register("before-call.dynamodb.BatchGetItem", interfere)

    def lose_answer(self) -> None:
        """The next write is done, and its answer gets lost."""
        events = self.world.client.meta.events

        def lose(model: Any, **_: Any) -> None:
            if model.name in WRITES:
                events.unregister("after-call.dynamodb", lose)
                raise ConnectionClosedError(endpoint_url="https://dynamodb")

        events.register("after-call.dynamodb", lose)

    def balance(self, who: Someone) -> dict[str, int]:
        item = self.world.table.get(BALANCE, person_id=who.person_id)
        assert item is not None
        return {name: item[name] for name in ("available", "reserved", "spent", "forfeited")}

    def membership(self, who: Someone) -> dict[str, Any]:
        item = self.world.table.get(MEMBERSHIP, person_id=who.person_id)
        assert item is not None
        return item

    def purchases(self, who: Someone) -> list[dict[str, Any]]:
        return list(self.world.table.query(PURCHASE, person_id=who.person_id).items)

    def seats(self, course_code: str = "C1", schedule_code: str = "S1") -> int:
        body = {"course_code": course_code, "schedule_code": schedule_code}
        status, answer = self.call("toko", "/payment/quota-schedule", body)
        assert status == 200, answer
        return int(answer["data"]["quota"])

    def partner(self, client_code: str) -> Partner:
        found = load_partner(self.world.table, client_code)
        assert found is not None
        return found

    def change_partner(self, client_code: str, **changes: Any) -> None:
        """Change a partner's item as an operator would."""
        from prakerja.platform.parts import update

        self.world.table.commit(update(PARTNER, set=changes, client_code=client_code))
