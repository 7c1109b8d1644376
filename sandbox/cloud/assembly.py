"""Reads a synthesised CDK cloud assembly (`cdk.out`): which stacks, in which order, with which assets."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from .config import ACCOUNT, REGION

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip entry: equal folders give equal zips


@dataclass(frozen=True)
class Asset:
    """A file or folder and the S3 object that templates expect it to be."""

    source: Path
    is_folder: bool
    bucket: str
    key: str

    def content(self) -> bytes:
        """The bytes of the S3 object: a folder becomes a zip."""
        if not self.is_folder:
            return self.source.read_bytes()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(self.source.rglob("*")):
                if path.is_file():
                    entry = zipfile.ZipInfo(path.relative_to(self.source).as_posix(), _EPOCH)
                    entry.external_attr = path.stat().st_mode << 16
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes())
        return buffer.getvalue()


@dataclass(frozen=True)
class Stack:
    """A stack to be deployed; its template is one of the assets."""

    name: str
    template_bucket: str
    template_key: str
    parameters: dict[str, str]
    tags: dict[str, str]


@dataclass(frozen=True)
class Assembly:
    """Stacks in the order in which they depend on each other, and every asset once."""

    stacks: tuple[Stack, ...]
    assets: tuple[Asset, ...]


def read_assembly(folder: Path) -> Assembly:
    """Read `<folder>/manifest.json`; raises FileNotFoundError when nothing has been synthesised there."""
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    order = TopologicalSorter({name: artifact.get("dependencies", []) for name, artifact in artifacts.items()})
    stacks: list[Stack] = []
    assets: dict[tuple[str, str], Asset] = {}
    for name in order.static_order():
        properties = artifacts[name].get("properties", {})
        if artifacts[name]["type"] == "aws:cloudformation:stack":
            bucket, key = _here(properties["stackTemplateAssetObjectUrl"]).removeprefix("s3://").split("/", 1)
            stacks.append(
                Stack(
                    name=properties.get("stackName", name),
                    template_bucket=bucket,
                    template_key=key,
                    parameters=properties.get("parameters", {}),
                    tags=properties.get("tags", {}),
                )
            )
        elif artifacts[name]["type"] == "cdk:asset-manifest":
            for asset in _assets(folder, properties["file"]):
                assets[asset.bucket, asset.key] = asset
    return Assembly(tuple(stacks), tuple(assets.values()))


def _assets(folder: Path, file: str) -> list[Asset]:
    entries = json.loads((folder / file).read_text()).get("files", {}).values()
    return [
        Asset(
            source=folder / entry["source"]["path"],
            is_folder=entry["source"].get("packaging", "file") == "zip",
            bucket=_here(destination["bucketName"]),
            key=_here(destination["objectKey"]),
        )
        for entry in entries
        for destination in entry["destinations"].values()
    ]


def _here(text: str) -> str:
    """Fill in the account and region that CDK leaves open in names of assets."""
    for name, value in {"AccountId": ACCOUNT, "Region": REGION, "Partition": "aws"}.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text
