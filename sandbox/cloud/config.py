"""Where the local cloud listens and where it keeps its state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"  # never another interface: anybody who can connect is the account's root
REGION = "ap-southeast-3"  # Jakarta
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class CloudConfig:
    """Two ports on 127.0.0.1 and one folder.

    `port` speaks the AWS APIs, `front_port` is the front door of the two HTTP APIs. `state_dir` holds the saved
    state, the lock of the running cloud, function logs and the folders of running Lambda workers.
    """

    port: int = 4566
    front_port: int = 8080
    state_dir: Path = Path(".local/cloud")

    @property
    def endpoint(self) -> str:
        """The AWS endpoint, for `AWS_ENDPOINT_URL`."""
        return f"http://{HOST}:{self.port}"

    @property
    def front_url(self) -> str:
        """The root of the front door."""
        return f"http://{HOST}:{self.front_port}"

    @property
    def lock_file(self) -> Path:
        """Locked while a cloud runs on this folder; holds its process id."""
        return self.state_dir / "cloud.lock"

    @property
    def log_file(self) -> Path:
        """What a cloud started in the background prints."""
        return self.state_dir / "cloud.log"


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of the deployer and the tests.

    The key `test` is the account's root and is not checked by the emulator: nothing that is deployed may have it.
    """
    import boto3
    from botocore.config import Config

    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            retries={"mode": "standard", "max_attempts": 3},
            s3={"addressing_style": "path"},  # <bucket>.127.0.0.1 is no host name
        ),
    )
