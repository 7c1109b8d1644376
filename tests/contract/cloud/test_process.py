"""Starting and stopping: clear messages, and no process is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.cloud import process
from sandbox.cloud.config import CloudConfig
from tests.contract.cloud.conftest import until
from tests.support.cloud import Cloud

PARENT = """
import sys, time
from pathlib import Path
from sandbox.cloud import process
from sandbox.cloud.config import CloudConfig
process.start_cloud(CloudConfig(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
print("up", flush=True)
time.sleep(60)
"""


def config_on(state_dir: Path) -> CloudConfig:
    port, front_port = process.free_ports(2)
    return CloudConfig(port, front_port, state_dir)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(process.ProgramFailed, match=f"Port {port} is in use"):
            process.start_cloud(CloudConfig(port, process.free_ports(1)[0], tmp_path))


def test_two_clouds_do_not_share_a_state_folder(cloud: Cloud) -> None:
    before = cloud.config.log_file.read_bytes()

    with pytest.raises(process.ProgramFailed, match=f"process {cloud.program.process.pid}.* already runs"):
        process.start_cloud(config_on(cloud.config.state_dir))
    assert before in cloud.config.log_file.read_bytes()


def test_a_stale_process_id_is_no_cloud(tmp_path: Path) -> None:
    config = CloudConfig(state_dir=tmp_path)
    config.lock_file.write_text(str(os.getpid()))

    assert process.cloud_process(config) is None
    assert process.stop_cloud(config) is False


def test_it_listens_on_this_machine_only(cloud: Cloud) -> None:
    for port in (cloud.config.port, cloud.config.front_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_it_ends_when_the_program_that_started_it_is_killed(tmp_path: Path) -> None:
    config = config_on(tmp_path)
    arguments = [str(config.port), str(config.front_port), str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments], cwd=process.ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        assert process.cloud_process(config) is not None
        parent.send_signal(signal.SIGKILL)

    until(lambda: process.cloud_process(config) is None, 15)
    assert not process.answers(config.endpoint)
