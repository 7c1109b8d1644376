"""A local cloud of the test session: the emulator with all its repairs, on free ports and with empty state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.cloud import process
from sandbox.cloud.config import CloudConfig, client


@dataclass
class Cloud:
    """A running local cloud. Its state is shared by the session: name tables and queues so that they are yours."""

    config: CloudConfig
    program: process.Program
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return self.config.endpoint

    @property
    def front_url(self) -> str:
        return self.config.front_url

    def client(self, service: str) -> Any:
        """A boto3 client with the rights of the account's root."""
        if service not in self._clients:
            self._clients[service] = client(service, self.endpoint)
        return self._clients[service]

    def stop(self) -> None:
        self.program.stop()

    def start(self) -> None:
        """Start it again, on the state that the stop has saved."""
        self.program = process.start_cloud(self.config)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The session's local cloud, with nothing deployed."""
    port, front_port = process.free_ports(2)
    config = CloudConfig(port, front_port, tmp_path_factory.mktemp("cloud"))
    running = Cloud(config, process.start_cloud(config))
    try:
        yield running
    finally:
        running.stop()
