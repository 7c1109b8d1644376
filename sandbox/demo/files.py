"""What a run leaves behind in ``.local``: where it is, and how it is written."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Local:
    """The folder and what is in it. ``make clean`` removes all of it, which is a fresh start."""

    root: Path

    @property
    def assembly(self) -> Path:
        """The synthesised templates and assets."""
        return self.root / "assembly"

    @property
    def outputs(self) -> Path:
        """The outputs of the deployed stacks."""
        return self.root / "outputs.json"

    @property
    def cloud(self) -> Path:
        """State and logs of the local cloud."""
        return self.root / "cloud"

    @property
    def logs(self) -> Path:
        """One file per function."""
        return self.cloud / "logs"

    @property
    def world(self) -> Path:
        """State of the outside world."""
        return self.root / "world"

    @property
    def secrets(self) -> Path:
        """What others would have given us: passwords, partners' keys, payment credentials. Generated here."""
        return self.root / "secrets.json"

    @property
    def memory(self) -> Path:
        """What one run must know of those before it."""
        return self.root / "runs.json"

    @property
    def handout(self) -> Path:
        """For whoever wants to try the running system."""
        return self.root / "demo.json"

    @property
    def report(self) -> Path:
        """How the latest run went, for programs."""
        return self.root / "report.json"

    @property
    def draws(self) -> Path:
        """Published draws, downloaded."""
        return self.root / "draws"


def read_json(path: Path) -> dict[str, Any]:
    """The document in a file; empty if there is no such file."""
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return document


def write_private(path: Path, document: dict[str, Any]) -> None:
    """Write a document at once, readable by nobody else: it may hold keys or tokens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2, ensure_ascii=False)
        file.write("\n")
    partial.replace(path)
