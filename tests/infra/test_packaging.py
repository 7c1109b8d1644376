"""What is shipped: a function's own folder, our package, and pinned packages for the right platform."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from infra.config import AWS_PLATFORMS
from infra.constructs.vendor_layer import PipInstall
from tests.infra.templates import Templates

REQUIREMENTS = (Path(__file__).parents[2] / "layers" / "vendor" / "requirements.txt").read_text()


def _asset(templates: Templates, resource: Any) -> Path:
    code = resource.properties.get("Code") or resource.properties["Content"]
    return templates.folder / f"asset.{code['S3Key'].removesuffix('.zip')}"


def test_a_functions_asset_holds_that_function_only(local: Templates) -> None:
    for function in local.of("Lambda::Function"):
        files = {
            path.relative_to(_asset(local, function)) for path in _asset(local, function).rglob("*") if path.is_file()
        }
        assert Path(f"functions/{function.name}/handler.py") in files
        for path in files - {Path("functions/__init__.py")}:
            assert path.parts[:2] == ("functions", function.name)
            assert path.suffix != ".pyc"


def test_own_code_per_function_is_small(local: Templates) -> None:
    for function in local.of("Lambda::Function"):
        size = sum(path.stat().st_size for path in _asset(local, function).rglob("*") if path.is_file())
        assert size <= 1_000_000, function.name


def test_our_layer_is_our_package(local: Templates) -> None:
    (layer,) = (r for r in local.of("Lambda::LayerVersion") if r.properties["LayerName"].endswith("-prakerja"))
    files = [path for path in _asset(local, layer).rglob("*") if path.is_file()]
    assert _asset(local, layer) / "python" / "prakerja" / "wiring.py" in files
    assert not [path for path in files if path.suffix == ".pyc"]


def test_requirements_are_pinned_by_hash_and_name_no_index() -> None:
    names = re.findall(r"^([\w.-]+)==\S+", REQUIREMENTS, flags=re.M)
    lines = [line for line in REQUIREMENTS.splitlines() if line and not line.startswith(("#", " "))]
    assert len(names) == len(lines)
    assert REQUIREMENTS.count("--hash=sha256:") >= len(names)
    assert "index-url" not in REQUIREMENTS
    assert "://" not in REQUIREMENTS


def test_the_runtimes_own_packages_are_left_out() -> None:
    assert not re.search(r"^(boto3|botocore|urllib3|s3transfer)==", REQUIREMENTS, flags=re.M)


def test_pins_are_those_that_tests_run_with() -> None:
    from importlib.metadata import version

    for name, pinned in re.findall(r"^([\w.-]+)==([\w.]+)", REQUIREMENTS, flags=re.M):
        if name != "tzdata":  # a laptop brings its own time zones
            assert version(name) == pinned, name


def test_pip_is_asked_for_lambdas_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("infra.constructs.vendor_layer.subprocess.run", lambda command, check: asked.append(command))
    assert PipInstall(AWS_PLATFORMS).try_bundle("out", None) is True
    (command,) = asked
    text = " ".join(command)
    assert "--platform manylinux2014_aarch64 --platform manylinux_2_28_aarch64" in text
    assert "--python-version 3.13" in text
    assert "--require-hashes" in text
    assert "--target out/python" in text


def test_on_a_laptop_pip_installs_for_that_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("infra.constructs.vendor_layer.subprocess.run", lambda command, check: asked.append(command))
    PipInstall(()).try_bundle("out", None)
    assert not {"--platform", "--python-version"} & set(asked[0])


def test_the_layer_is_built_anew_for_another_platform() -> None:
    assert PipInstall(()).fingerprint() != PipInstall(AWS_PLATFORMS).fingerprint()
    assert PipInstall(AWS_PLATFORMS).fingerprint() == PipInstall(AWS_PLATFORMS).fingerprint()
