"""Access tokens and signatures: renewed in time, by one thread, and repaired at most once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from prakerja.gateways.snap import PROFILES, Credentials, SnapProvider
from prakerja.gateways.snap.signing import Encoding, Mode
from prakerja.payouts.answers import Outcome
from tests.contract.snap.standin import Bank, InProcess, secret_entry


def token_calls(bank: Bank) -> int:
    return sum(path.endswith("access-token/b2b") for path, _, _ in bank.transport.sent)


def test_one_token_serves_many_transfers_until_shortly_before_its_end(bank: Bank) -> None:
    for number in range(5):
        assert bank.provider.send(bank.prepare(f"payout-{number}"), bank.external_id()).outcome is Outcome.OK
    assert token_calls(bank) == 1
    bank.clock.move(seconds=839)
    bank.provider.send(bank.prepare("before"), bank.external_id())
    assert token_calls(bank) == 1
    bank.clock.move(seconds=1)
    bank.provider.send(bank.prepare("after"), bank.external_id())
    assert token_calls(bank) == 2


def test_a_refused_token_is_renewed_and_the_same_reference_sent_again(bank: Bank) -> None:
    bank.provider.send(bank.prepare("payout-0"), bank.external_id())
    bank.engine.add_fault("token_expired", times=1, role="transfer")
    prepared, external_id = bank.prepare("payout-1"), bank.external_id()
    answer = bank.provider.send(prepared, external_id)
    assert answer.outcome is Outcome.OK
    assert [exchange.external_id for exchange in answer.exchanges] == [external_id, external_id[:-1] + "1"]
    assert {body for path, _, body in bank.transport.sent if path == prepared.path} >= {prepared.body}
    assert bank.books()["credits_by_reference"][prepared.reference] == 1
    assert token_calls(bank) == 2


def test_a_token_that_is_always_refused_ends_in_rej_after_two_tries(bank: Bank) -> None:
    bank.engine.add_fault("token_expired", role="transfer")
    answer = bank.provider.send(bank.prepare(), bank.external_id())
    assert (answer.outcome, len(answer.exchanges), bank.credits()) == (Outcome.REJ, 2, 0)


def test_a_signature_is_made_again_once_and_then_the_channel_stops(bank: Bank) -> None:
    bank.engine.add_fault("signature_refused", role="transfer", times=1)
    assert bank.provider.send(bank.prepare(), bank.external_id()).outcome is Outcome.OK
    bank.engine.add_fault("signature_refused", role="transfer")
    answer = bank.provider.send(bank.prepare("payout-2"), bank.external_id())
    assert (answer.outcome, len(answer.exchanges), bank.credits()) == (Outcome.STOP, 2, 1)


def test_a_skewed_clock_stops_the_channel(bank: Bank) -> None:
    skewed = SnapProvider(
        PROFILES[bank.name],
        Credentials.of(secret_entry(bank.name)),
        bank.transport,
        lambda: bank.clock.wall().replace(hour=(bank.clock.wall().hour + 2) % 24),
    )
    answer = skewed.send(bank.prepare(), bank.external_id())
    assert (answer.outcome, answer.exchanges) == (Outcome.STOP, ())


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"what": "down"}, Outcome.REJ),
        ({"what": "lost_after_commit"}, Outcome.REJ),
        ({"what": "html_body"}, Outcome.REJ),
        ({"what": "error_before_commit"}, Outcome.REJ),
        ({"what": "error_before_commit", "code": "4017300"}, Outcome.STOP),
    ],
    ids=lambda value: str(value),
)
def test_without_a_token_nothing_was_sent(bank: Bank, fault: dict[str, str], outcome: Outcome) -> None:
    bank.engine.add_fault(**{**fault, "role": "token"})
    answer = bank.provider.send(bank.prepare(), bank.external_id())
    assert (answer.outcome, answer.exchanges, bank.credits()) == (outcome, (), 0)


def test_wrong_credentials_stop_the_channel(bank: Bank) -> None:
    entry = {**secret_entry(bank.name), "client_id": "somebody-else"}
    stranger = SnapProvider(PROFILES[bank.name], Credentials.of(entry), bank.transport, bank.clock.wall)
    assert stranger.send(bank.prepare(), bank.external_id()).outcome is Outcome.STOP


def test_a_wrong_secret_stops_the_channel(bank: Bank) -> None:
    entry = {**secret_entry(bank.name), "client_secret": "wrong"}
    stranger = SnapProvider(PROFILES[bank.name], Credentials.of(entry), bank.transport, bank.clock.wall)
    answer = stranger.send(bank.prepare(), bank.external_id())
    assert (answer.outcome, bank.credits()) == (Outcome.STOP, 0)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("encoding", list(Encoding))
def test_each_mode_and_encoding(bank: Bank, mode: Mode, encoding: Encoding) -> None:
    profile = replace(PROFILES[bank.name], mode=mode, encoding=encoding)
    bank.engine.configure(
        bank.name.lower(), asymmetric=str(int(mode is Mode.ASYMMETRIC)), encoding=encoding.value.lower()
    )
    entry = Credentials.of(secret_entry(bank.name))
    provider = SnapProvider(profile, entry, bank.transport, bank.clock.wall)
    assert provider.send(bank.prepare(), bank.external_id()).outcome is Outcome.OK
    assert token_calls(bank) == (0 if mode is Mode.ASYMMETRIC else 1)


class Slow(InProcess):
    """Holds every first transfer until all threads have sent theirs, so that all are refused the same token."""

    gate: threading.Barrier

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        answer = super().post(path, headers, body)
        if path.endswith("access-token/b2b"):
            return answer
        if headers["X-EXTERNAL-ID"].endswith("0"):
            self.gate.wait(timeout=10)
        return answer


def test_many_threads_fetch_one_token() -> None:
    threads = 6
    bank = Bank.open("BNI")
    bank.engine.add_fault("token_expired", role="transfer", times=threads)
    transport = Slow(bank.engine, "bni")
    transport.gate = threading.Barrier(threads)
    provider = SnapProvider(PROFILES["BNI"], Credentials.of(secret_entry("BNI")), transport, bank.clock.wall)
    work = [(bank.prepare(f"payout-{number}"), bank.external_id()) for number in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda pair: provider.send(*pair), work))
    assert {answer.outcome for answer in answers} == {Outcome.OK}
    assert sum(path.endswith("access-token/b2b") for path, _, _ in transport.sent) == 2
    assert bank.credits() == threads
