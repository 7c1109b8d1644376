"""The same client and stand-in over a socket: lost answers, cut answers, endless bodies, nobody there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from prakerja.gateways.snap import SnapProvider, snap_providers
from prakerja.payouts.answers import AccountStatus, Outcome, TransferStatus
from tests.contract.snap.standin import Bank, secret_entry, serving

READ_SECONDS = 0.15


def client(bank: Bank, base_url: str) -> SnapProvider:
    place = {"base_url": f"{base_url}/{bank.name.lower()}", "read_seconds": READ_SECONDS, "connect_seconds": 0.2}
    return snap_providers({bank.name: place}, {bank.name: secret_entry(bank.name)}, bank.clock.wall)[bank.name]


@pytest.fixture
def http(bank: Bank) -> Iterator[SnapProvider]:
    with serving(bank.engine) as address:
        yield client(bank, address)


def test_the_whole_way(bank: Bank, http: SnapProvider) -> None:
    prepared = bank.prepare()
    assert http.inquire_account(bank.question(), bank.external_id()).status is AccountStatus.USABLE
    assert http.send(prepared, bank.external_id()).outcome is Outcome.OK
    assert http.inquire_transfer(prepared, bank.external_id()).status is TransferStatus.PAID
    assert bank.credits() == 1


@pytest.mark.parametrize(
    ("fault", "paid"),
    [
        ({"what": "lost_after_commit", "how": "hang"}, 1),
        ({"what": "lost_after_commit", "how": "cut"}, 1),
        ({"what": "lost_before_commit", "how": "hang"}, 0),
        ({"what": "lost_before_commit", "how": "cut"}, 0),
        ({"what": "slow", "seconds": 1}, 1),
        ({"what": "huge_body"}, 1),
        ({"what": "truncated_json"}, 1),
        ({"what": "down"}, 0),
        ({"what": "down", "how": "cut"}, 0),
    ],
    ids=lambda value: "-".join(str(part) for part in value.values()) if isinstance(value, dict) else "",
)
def test_an_answer_that_does_not_arrive(bank: Bank, http: SnapProvider, fault: dict[str, Any], paid: int) -> None:
    bank.engine.add_fault(**{"role": "transfer", **fault})
    answer = http.send(bank.prepare(), bank.external_id())
    assert answer.outcome is Outcome.AMB, answer.message
    assert bank.credits() == paid
    arrived = bank.engine.books.run("SELECT count(*) AS n FROM calls WHERE service IN ('17', '38')")[0]["n"]
    assert arrived == len(answer.exchanges) == 1


def test_nobody_listens(bank: Bank) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = client(bank, f"http://127.0.0.1:{port}").send(bank.prepare(), bank.external_id())
    assert (answer.outcome, answer.exchanges) == (Outcome.REJ, ())


def test_a_provider_that_goes_away_between_two_calls(bank: Bank) -> None:
    with serving(bank.engine) as address:
        provider = client(bank, address)
        assert provider.send(bank.prepare(), bank.external_id()).outcome is Outcome.OK
    answer = provider.send(bank.prepare("payout-2"), bank.external_id())
    assert (answer.outcome, len(answer.exchanges)) == (Outcome.REJ, 1)
    assert bank.credits() == 1
