"""However a partner's client spells its requests, the partner API takes them."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from prakerja.partners.signature import verify
from prakerja.partners.wire import canonical_paths, parse
from sandbox.demo.api import Api, Reply
from sandbox.demo.lms import POST_TEST, Lms
from sandbox.demo.partner import SPELLINGS
from sandbox.demo.shop import Shop

KEY = "kunci-contoh"


class Gate(Api):
    """Stands for the partner API: verifies as it does, and answers the body's own fields beside those of ``data``."""

    def __init__(self, **data: Any) -> None:
        super().__init__("http://nowhere", threading.Event())
        self.data = data
        self.bodies: list[bytes] = []
        self.forms: set[str] = set()
        self.paths: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        self.paths.append(path)
        self.headers.append(headers)
        given = body or b""
        if "signature" in headers:
            self._verify(method, path, headers, given)
        fields = json.loads(given) if given else {}
        return Reply(200, {}, json.dumps({"success": True, "data": fields | self.data}).encode())

    def _verify(self, method: str, path: str, headers: Mapping[str, str], given: bytes) -> None:
        stamp = headers["timestamp"]
        found = verify(
            [KEY.encode()],
            headers["client_code"],
            stamp,
            method,
            canonical_paths(path),
            parse(given),
            headers["signature"],
            datetime.fromtimestamp(int(stamp), UTC),
        )
        self.forms.add(str(found))
        self.bodies.append(given)


SALE = {"transaction_code": "01J", "amount": 600_000, "redeem_code": "GHOPNYXUVMT0", "status": "SUCCESS"}
BACK = "https://lms.example/kembali"


def lms(gate: Gate, *, commits: bool = False) -> Lms:
    return Lms(gate, "lpk", KEY, return_to=BACK, commits=commits)


def test_every_spelling_is_believed() -> None:
    gate = Gate(**SALE)
    shop = Shop(gate, "toko", KEY)
    for _ in range(3 * len(SPELLINGS)):
        shop.authorise("token", "123456", "Rp & <Siti> é", user="u-1", card="80")
    assert len(set(gate.bodies)) >= 4
    assert len(gate.forms) > 1
    assert {path.startswith("//") for path in gate.paths} == {True, False}


def test_a_shop_writes_down_what_it_sold() -> None:
    shop = Shop(Gate(**SALE), "toko", KEY)
    shop.authorise("token", "123456", "INV-1", user="u-1", card="80")
    assert [(sale.amount, sale.redeem_code, sale.cancelled) for sale in shop.sales.values()] == [
        (600_000, "GHOPNYXUVMT0", False)
    ]
    shop.cancel("INV-1")
    assert shop.sales["INV-1"].cancelled


def test_a_shop_does_not_believe_a_sale_that_status_tells_otherwise() -> None:
    with pytest.raises(RuntimeError, match="another thing"):
        Shop(Gate(**SALE | {"status": "CANCELLED"}), "toko", KEY).authorise("t", "123456", "INV-1", user="u", card="80")


@pytest.mark.parametrize(("attended", "let_in"), [(1, True), (0, False)])
def test_a_learner_is_let_in_by_what_the_programme_says(attended: int, let_in: bool) -> None:
    school = lms(Gate(url="https://prakerja.example/attendance/s1", state="s1", attendance_status=attended))
    assert school.send_away("GHOPNYXUVMT0", 2, "a@b.example") == "https://prakerja.example/attendance/s1"
    assert school.welcome_back(f"{BACK}?halaman=GHOP%2F2&kembali=1&state=s1") is let_in
    assert school.present == ({("GHOPNYXUVMT0", 2)} if let_in else set())


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/kembali?halaman=GHOP%2F2&kembali=1&state=s1",
        f"{BACK}?halaman=GHOP%2F3&kembali=1&state=s1",
    ],
    ids=["another address", "another query"],
)
def test_a_browser_must_come_back_as_it_was_sent(address: str) -> None:
    school = lms(Gate(url="https://prakerja.example/attendance/s1", state="s1", attendance_status=1))
    school.send_away("GHOPNYXUVMT0", 2, "a@b.example")
    with pytest.raises(RuntimeError, match="came back"):
        school.welcome_back(address)
    assert not school.present


def test_tasks_are_counted_when_they_are_graded() -> None:
    school = lms(Gate(assignment={"status": 2}, feedback={"status": 0}))
    school.hand_in("GHOPNYXUVMT0", "uk", POST_TEST)
    school.hand_in("GHOPNYXUVMT0", "uk", POST_TEST)
    assert school.tasks["GHOPNYXUVMT0", "uk", POST_TEST].versions == 2
    assert school.graded("GHOPNYXUVMT0") == 0
    with pytest.raises(RuntimeError, match="stands at"):
        school.grade("GHOPNYXUVMT0", "uk", POST_TEST, 90)  # the gate still says that there is no feedback


def test_an_old_client_declares_codes_used_and_a_newer_one_does_not() -> None:
    gate = Gate(status=0)
    lms(gate).open_course("GHOPNYXUVMT0")
    assert not [path for path in gate.paths if path.endswith("commit")]
    with pytest.raises(RuntimeError, match="not redeemed"):
        lms(gate, commits=True).open_course("GHOPNYXUVMT0")
    assert [path for path in gate.paths if path.endswith("commit")]


TOKENS = {"access_token": "a1", "refresh_token": "r1", "redirect_url": "https://prakerja.example/consent-sso?x=1"}
RETURN, FAIL = "https://toko.example/sso", "https://toko.example/masuk"


def shop_with_login(gate: Gate, *, pkce: bool) -> Shop:
    return Shop(gate, "toko", KEY, return_to=RETURN, fail_to=FAIL, pkce=pkce)


@pytest.mark.parametrize("pkce", [False, True])
def test_a_code_is_traded_with_its_verifier(pkce: bool) -> None:
    gate = Gate(**TOKENS)
    shop = shop_with_login(gate, pkce=pkce)
    login = shop.begin_login()
    query = parse_qs(urlsplit(gate.paths[0]).query)
    tokens = shop.finish_login(login, f"{RETURN}?dari=beranda&code=c1&state={login.state}")
    assert tokens is not None
    assert tokens.refresh == "r1"
    assert ("code_challenge" in query) is pkce
    assert {"c1", "a1", "r1"} <= shop.secrets
    assert gate.headers[0]["X-Signature"] != gate.headers[1].get("X-Signature")


def test_a_refusal_is_no_login() -> None:
    shop = shop_with_login(Gate(**TOKENS), pkce=False)
    login = shop.begin_login()
    assert shop.finish_login(login, f"{FAIL}?error=access_denied&state={login.state}") is None


@pytest.mark.parametrize("address", [f"{RETURN}?dari=beranda&code=c1&state=x", f"{RETURN}?code=c1&state=STATE"])
def test_a_login_must_come_back_as_it_was_sent(address: str) -> None:
    shop = shop_with_login(Gate(**TOKENS), pkce=False)
    login = shop.begin_login()
    with pytest.raises(RuntimeError, match="came back"):
        shop.finish_login(login, address.replace("STATE", login.state))
