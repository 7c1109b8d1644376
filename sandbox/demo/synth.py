"""Templates and assets, made anew only when something that they are made of has changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sandbox.demo import ROOT
from sandbox.demo.options import Options

SOURCES = ("functions", "layers", "infra", "cdk.json", "requirements")
MARK = ".made-of"


class SynthesisFailed(Exception):
    """The CDK refused; the text is what it said."""


def synthesise(options: Options) -> bool:
    """Synthesise the local stage into ``.local/assembly``; False if what is there is still right."""
    assembly = options.local.assembly
    made_of = _fingerprint(options)
    mark = assembly / MARK
    if mark.is_file() and mark.read_text() == made_of:
        return False
    done = subprocess.run(
        [sys.executable, "-m", "infra.app", "--stage", "local", "--out", str(assembly)],
        cwd=ROOT,
        env={
            **os.environ,
            "WORLD_PORT": str(options.world_port),
            "CLOUD_PORT": str(options.cloud_port),
            "PORT": str(options.port),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SynthesisFailed((done.stderr or done.stdout).strip()[-3000:])
    mark.write_text(made_of)
    return True


def _fingerprint(options: Options) -> str:
    digest = hashlib.sha256(f"{sys.version} {options.world_port} {options.cloud_port} {options.port}".encode())
    for path in _files():
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        source = ROOT / name
        found = [source] if source.is_file() else sorted(source.rglob("*"))
        yield from (path for path in found if path.is_file() and path.suffix != ".pyc")
