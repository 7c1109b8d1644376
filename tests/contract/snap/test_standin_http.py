"""What the stand-in does over HTTP beyond answering: call-backs in the background, drops, and the rest of control."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import urllib3
from dana.webhook import WebhookParser

from sandbox.world import app
from sandbox.world.book import machine_clock
from sandbox.world.snap import create
from sandbox.world.snap.courier import keep_delivering, over_http
from sandbox.world.snap.menu import CATALOGUE, MENU
from sandbox.world.snap.profiles import PROFILES
from sandbox.world.snap.settings import SETTINGS
from sandbox.world.snap.wire import Request
from tests.contract.snap.caller import Caller, read
from tests.contract.snap.standin import AMOUNT, FUNDS, HOLDER, SOURCE, client_entry, serving, serving_app
from tests.contract.snap.test_control import get, post, submit

Arrived = tuple[str, dict[str, str], bytes, float]


class Partner(ThreadingHTTPServer):
    """A partner's address on a free port."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arrived: list[Arrived] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/callbacks"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Partner)
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.arrived.append((self.path, dict(self.headers), body, time.monotonic()))
        self.send_response(self.server.status)
        self.send_header("location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"taken")

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def partner() -> Iterator[Partner]:
    with Partner() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def deliver_for(caller: Caller, seconds: float = 0.1) -> None:
    async def a_while() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await keep_delivering(caller.engine)

    asyncio.run(a_while())


def send(address: str, request: Request) -> tuple[urllib3.BaseHTTPResponse, float, float]:
    """The answer, when it began and when it ended."""
    answer = urllib3.request(
        "POST",
        f"{address}/{request.provider}{request.path}",
        body=request.body,
        headers=dict(request.headers),
        preload_content=False,
        retries=False,
    )
    began = time.monotonic()
    answer.read(cache_content=True)
    return answer, began, time.monotonic()


def test_call_backs_in_the_background(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller("dana", callback_url=partner.url)
    for number in range(12):
        caller.pay(f"P{number}")
    caller.clock.move(seconds=1)
    deliver_for(caller)
    assert len(partner.arrived) == 12
    path, headers, body, _ = partner.arrived[0]
    assert path == "/callbacks/v1.0/debit/notify"
    monkeypatch.setenv("DANA_ENV", "production")
    parser = WebhookParser(public_key=caller.engine.callback_key("dana"))
    parser.parse_webhook("POST", "/v1.0/debit/notify", headers, body.decode())
    assert {(one["state"], one["answer"]) for one in caller.engine.callbacks.listed(20)} == {("ACCEPTED", "taken")}
    deliver_for(caller)
    assert len(partner.arrived) == 12


def test_the_outside_world_delivers_while_it_runs(partner: Partner, tmp_path: Path) -> None:
    caller = Caller("linkaja")
    world = app.create(tmp_path, caller.clock.wall)
    with serving_app(world) as address:
        control = f"{address}/snap/control"
        post(f"{control}/clients", {**client_entry("linkaja"), "callback_url": partner.url})
        post(f"{control}/accounts", {"provider": "linkaja", "number": SOURCE, "name": "PMO", "balance": FUNDS})
        post(f"{control}/accounts", {"provider": "linkaja", "number": caller.number, "name": HOLDER})
        post(f"{control}/settings", {"provider": "linkaja", "callback_seconds": 0})
        answer, _, _ = send(f"{address}/snap", caller.token_request())
        caller.token = json.loads(answer.data)["accessToken"]
        assert send(f"{address}/snap", caller.request("38", caller.body("38")))[0].status == 200
        until = time.monotonic() + 5
        while not partner.arrived and time.monotonic() < until:
            time.sleep(0.02)
        assert [path for path, *_ in partner.arrived] == ["/callbacks/v1.0/emoney/topup/notify"]


def test_a_partner_that_redirects_or_is_away_is_tried_again(partner: Partner) -> None:
    caller = Caller("dana", callback_url=partner.url)
    partner.status = 302
    caller.pay("P1")
    caller.clock.move(seconds=1)
    deliver_for(caller)
    assert [arrived[0] for arrived in partner.arrived] == ["/callbacks/v1.0/debit/notify"], "it does not follow"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        away = f"http://127.0.0.1:{listener.getsockname()[1]}"
    caller.engine.books.run("UPDATE callbacks SET url = ?", away)
    caller.clock.move(seconds=60)
    deliver_for(caller)
    (listed,) = caller.engine.callbacks.listed(1)
    assert (listed["state"], listed["tries"], listed["status"]) == ("WAITING", 2, 0)


def test_a_call_back_before_the_answer(partner: Partner) -> None:
    caller = Caller("ovo", callback_url=partner.url)
    caller.engine.add_fault("F24")
    with serving(caller.engine) as address:
        answer, began, _ = send(address, caller.request("38", caller.body("38")))
    assert (answer.status, len(partner.arrived)) == (200, 1)
    assert partner.arrived[0][3] < began


def test_an_answer_in_drops() -> None:
    caller = Caller("linkaja")
    caller.engine.add_fault("drip", seconds=1)
    with serving(caller.engine) as address:
        answer, began, ended = send(address, caller.request("38", caller.body("38")))
    assert ended - began > 0.8, "it begins at once and takes its time"
    assert answer.headers["x-timestamp"] == "2026-01-15T10:00:00+07:00"
    assert read(caller.ask())["latestTransactionStatus"] == "00"


def test_the_clock() -> None:
    caller = Caller("linkaja")
    caller.engine.add_fault("pending_then_success", seconds=3600)
    caller.pay()
    with serving(caller.engine) as address:
        control = f"{address}/control"
        assert get(f"{control}/clock") == {"now": "2026-01-15T10:00:00+07:00"}
        assert post(f"{control}/clock", {"seconds": 3600})[1]["answers"] == [{"now": "2026-01-15T11:00:00+07:00"}]
        assert get(f"{control}/books?provider=linkaja")["providers"]["linkaja"]["totals"]["credits"] == 1
        assert submit(f"{control}/clock", seconds="60").status == 303
        assert get(f"{control}/clock") == {"now": "2026-01-15T11:01:00+07:00"}
        assert post(f"{control}/clock", {"seconds": "-5"})[0] == 400
        assert post(f"{control}/clock", {})[0] == 400


def test_reading_everything() -> None:
    caller = Caller("bni", callback_url="https://partner.test/x")
    caller.pay()
    with serving(caller.engine) as address:
        control = f"{address}/control"
        keys = get(f"{control}/keys")
        assert set(keys) == set(PROFILES)
        assert get(f"{control}/keys?provider=BNI") == {"bni": caller.engine.callback_key("bni")}
        profiles = get(f"{control}/profiles")
        assert (profiles["bni"]["paths"], profiles["dana"]["dedup"]) == (["/snap-service/v1/{}"], "dana")
        menu = get(f"{control}/menu")
        assert (set(menu["kinds"]), set(menu["numbered"])) == (set(MENU), set(CATALOGUE))
        entries = get(f"{control}/ledger?provider=bni")
        assert [entry["kind"] for entry in entries] == ["FUND", "CREDIT"]
        (callback,) = get(f"{control}/callbacks")
        assert (callback["reference"], callback["state"], callback["kind"]) == ("P1", "WAITING", "result")
        assert '"originalPartnerReferenceNo":"P1"' in callback["body"]
        assert get(f"{control}/callbacks?limit=0") == []


def test_downloading_a_settlement_file() -> None:
    caller = Caller("bni")
    caller.pay()
    with serving(caller.engine) as address:
        url = f"{address}/control/settlement"
        for query, status in (
            ("provider=bni&day=2026-01-15", 404),
            ("provider=bni&day=yesterday", 400),
            ("provider=nobody&day=2026-01-15", 400),
            ("provider=dana&day=2026-01-15&early=1", 400),
        ):
            answer = urllib3.request("GET", f"{url}?{query}")
            assert (answer.status, bool(answer.json()["error"])) == (status, True), query
        answer = urllib3.request("GET", f"{url}?provider=BNI&day=2026-01-15&early=1")
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["content-disposition"] == 'attachment; filename="bni-2026-01-15.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.data.decode())))
        assert [row["amount"] for row in rows if row["type"] == "PAYOUT"] == [f"{AMOUNT}.00"]
        caller.engine.advance(86_400)
        assert urllib3.request("GET", f"{url}?provider=bni&day=2026-01-15").data == answer.data


def test_seeding_what_is_new() -> None:
    caller = Caller("bni")
    with serving(caller.engine) as address:
        control = f"{address}/control"
        client = {**client_entry("dana"), "callback_url": "ftp://partner.test"}
        assert post(f"{control}/clients", client)[0] == 400
        assert post(f"{control}/clients", {**client, "callback_url": "http://partner.test/x"})[0] == 200
        wallet = {"provider": "dana", "number": "6281", "name": "SITI", "kyc": "NONE", "nik": "3201010101010001"}
        assert post(f"{control}/accounts", wallet)[0] == 200
        assert post(f"{control}/accounts", {**wallet, "kyc": "SOME"})[0] == 400
        assert post(f"{control}/settings", {"provider": "bri", "end_of_day": ""})[0] == 200
        assert post(f"{control}/settings", {"provider": "bri", "end_of_day": "noon"})[0] == 400
        assert post(f"{control}/faults", {"what": "F31", "provider": "dana"})[0] == 200
        assert post(f"{control}/faults", {"what": "F33"})[0] == 400
    saved = caller.engine.books.client("dana", client["client_id"])
    assert saved is not None
    assert saved.callback_url == "http://partner.test/x"
    account = caller.engine.books.account("dana", "6281")
    assert account is not None
    assert (account.kyc, account.nik) == ("NONE", "3201010101010001")
    assert "3201010101010001" not in repr(account)


def test_the_page_shows_the_rest_too() -> None:
    caller = Caller("bni", callback_url="https://partner.test/<x>")
    caller.pay("<b>ref</b>")
    with serving(caller.engine) as address:
        page = urllib3.request("GET", f"{address}/control").data.decode()
    assert "<b>ref</b>" not in page
    assert "&lt;b&gt;ref" in page
    assert "15-01-2026 10:00:00 WIB" in page
    assert all(f"name='{setting}'" in page for setting in SETTINGS)
    assert all(f"value='{number}'" in page for number, one in CATALOGUE.items() if one.variants)
    assert "action='/control/settlement'" in page


def test_what_outlives_the_process(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    first = create(folder, machine_clock)
    key, now = first.engine.callback_key("dana"), first.engine.advance(86_400)
    first.engine.configure("dana", fee="7")
    first.engine.close()
    second = create(folder, machine_clock)
    assert second.engine.callback_key("dana") == key
    assert second.engine.now() >= now
    profile = second.engine.profile("dana")
    assert profile is not None
    assert profile.fee == 7
    second.engine.close()


def test_nobody_at_the_partners_address_is_an_oserror() -> None:
    caller = Caller("dana", callback_url="http://127.0.0.1:1/x")
    caller.pay()
    caller.clock.move(seconds=1)
    with pytest.raises(OSError):
        over_http(caller.engine.due_callbacks()[0])
