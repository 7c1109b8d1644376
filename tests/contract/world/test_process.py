"""The outside world as a real process on a real port: what only a socket and a signal can show."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from prakerja.gateways.http import Endpoint, OutsideUnavailable, get, post_json
from prakerja.gateways.randomness_beacon import HttpRandomnessBeacon
from prakerja.gateways.sms import SmsSender
from sandbox.world.process import ROOT, WorldFailed, WorldProcess


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldProcess]:
    with WorldProcess(port=free_port(), state_dir=tmp_path_factory.mktemp("world")) as running:
        yield running
        pid = running.pid
    assert gone(pid)


def control(world: WorldProcess, name: str, **fault: object) -> None:
    assert post_json(Endpoint("control", world.url), f"/control/{name}", fault).status == 200


def inbox(world: WorldProcess, to: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(Endpoint("inbox", world.url), f"/inbox/messages?to={to}").json()["messages"]
    return found


def test_a_lost_answer_closes_the_connection_after_the_work(world: WorldProcess) -> None:
    sender, to = SmsSender(f"{world.url}/sms"), "081200000001"
    control(world, "sms", mode="lossy", requests=1)
    with pytest.raises(OutsideUnavailable, match="connection broke") as caught:
        sender.send(to=to, text="Kode: 1", reference="lost")
    assert caught.value.sent
    assert [message["receipts"] for message in inbox(world, to)] == [1]
    sender.send(to=to, text="Kode: 1", reference="lost")
    assert [message["receipts"] for message in inbox(world, to)] == [2]


def test_down_is_an_answer_of_503(world: WorldProcess) -> None:
    control(world, "sms", mode="down", requests=1)
    with pytest.raises(OutsideUnavailable, match="status 503"):
        SmsSender(f"{world.url}/sms").send(to="081200000002", text="Halo", reference="down")
    assert inbox(world, "081200000002") == []


def test_slower_than_our_patience_is_unavailable_though_the_work_is_done(world: WorldProcess) -> None:
    control(world, "sms", mode="slow", ms=300, requests=1)
    impatient = Endpoint("SMS provider", f"{world.url}/sms", read_seconds=0.1)
    with pytest.raises(OutsideUnavailable, match="time-out"):
        post_json(impatient, "/v1/messages", {"to": "081200000003", "text": "Halo", "reference": "slow"})
    until(lambda: len(inbox(world, "081200000003")) == 1)


def test_the_beacon_s_rounds_verify_over_the_wire(world: WorldProcess) -> None:
    beacon = HttpRandomnessBeacon(f"{world.url}/beacon")
    assert beacon.round(1).number == 1
    assert beacon.chain().public_key


def test_a_killed_server_comes_back_with_all_that_it_knew(world: WorldProcess) -> None:
    SmsSender(f"{world.url}/sms").send(to="081200000004", text="Halo", reference="kept")
    info = get(Endpoint("beacon", f"{world.url}/beacon"), "/info").json()
    killed, restarts = world.pid, world.restarts
    os.kill(killed, signal.SIGKILL)
    until(lambda: world.pid != killed and world.ready())
    assert world.restarts == restarts + 1
    assert [message["reference"] for message in inbox(world, "081200000004")] == ["kept"]
    assert get(Endpoint("beacon", f"{world.url}/beacon"), "/info").json() == info


def test_a_taken_port_is_told_at_once(world: WorldProcess, tmp_path: Path) -> None:
    port = int(world.url.rpartition(":")[2])
    with pytest.raises(WorldFailed, match="address already in use"):
        WorldProcess(port=port, state_dir=tmp_path).start()


def test_the_command_serves_until_it_is_told_to_stop_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "sandbox.world", "--supervise", "--port", str(port), "--state-dir", str(tmp_path)]
    supervisor = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert supervisor.stdout is not None
        assert f"http://127.0.0.1:{port}/control".encode() in supervisor.stdout.readline()
        server = urllib3.request("GET", f"http://127.0.0.1:{port}/control/health").json()["pid"]
    finally:
        supervisor.terminate()
        status = supervisor.wait(10)
    assert status == 0
    assert gone(server)


def test_a_killed_supervisor_takes_its_server_along(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "sandbox.world", "--supervise", "--port", str(port), "--state-dir", str(tmp_path)]
    supervisor = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert supervisor.stdout is not None
    supervisor.stdout.readline()
    server = urllib3.request("GET", f"http://127.0.0.1:{port}/control/health").json()["pid"]
    supervisor.kill()
    supervisor.wait()
    until(lambda: gone(server))
