"""The vendor layer: what the Lambda runtime lacks, installed by pip for the platform it will run on, without Docker."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import Config

PYTHON = "3.13"
"""Python of the Lambda runtime."""
SOURCE = Path(__file__).parents[2] / "layers" / "vendor"


@jsii.implements(ILocalBundling)
class PipInstall:
    """Runs pip into the asset. With platforms, wheels for those and Python 3.13; without, for this very machine."""

    def __init__(self, platforms: tuple[str, ...]) -> None:
        foreign = ["--python-version", PYTHON, "--implementation", "cp"] if platforms else []
        for platform in platforms:
            foreign += ["--platform", platform]
        self.options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile", *foreign]

    def try_bundle(self, output_dir: str, options: BundlingOptions | None = None, **_: Any) -> bool:
        """Fill ``output_dir``. Raises CalledProcessError when pip does: there is no second way to build."""
        del options  # they are for Docker
        requirements = str(SOURCE / "requirements.txt")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(  # noqa: S603 - fixed arguments
            [*pip, *self.options, "--target", f"{output_dir}/python", "-r", requirements], check=True
        )
        return True

    def fingerprint(self) -> str:
        """The layer is built again when the requirements, the target or this machine's Python change."""
        target = self.options if "--platform" in self.options else [*self.options, sys.version, sys.platform]
        return hashlib.sha256((SOURCE / "requirements.txt").read_bytes() + repr(target).encode()).hexdigest()


def vendor_layer(scope: Construct, config: Config) -> lambda_.LayerVersion:
    """The layer of other people's packages."""
    pip = PipInstall(config.vendor_platforms)
    code = lambda_.Code.from_asset(
        str(SOURCE),
        asset_hash=pip.fingerprint(),
        asset_hash_type=AssetHashType.CUSTOM,
        bundling=BundlingOptions(image=DockerImage.from_registry("never-pulled"), local=pip),
    )
    return lambda_.LayerVersion(
        scope,
        "vendor_layer",
        layer_version_name=config.name("vendor"),
        description="Packages that the runtime lacks, pinned by hash",
        code=code,
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
    )


def own_layer(scope: Construct, config: Config) -> lambda_.LayerVersion:
    """The layer of our own package."""
    return lambda_.LayerVersion(
        scope,
        "prakerja_layer",
        layer_version_name=config.name("prakerja"),
        description="The prakerja package",
        code=lambda_.Code.from_asset(
            str(SOURCE.parent / "prakerja"), exclude=["**/__pycache__", "**/*.pyc", "**/.*_cache"]
        ),
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
    )
