"""Who may import whom, beyond what import-linter can say (its contracts are in pyproject.toml)."""

from __future__ import annotations

import re
import sys

from tests.architecture.source import CONTEXTS, PACKAGE, ROOT, deployed, imported_modules, imports, in_contexts

ADAPTERS_MAY_SEE = ("ports", "answers", "errors", "references", "statements")
RUNTIME_BRINGS = {"boto3", "botocore", "urllib3"}
OURS = {"prakerja", "functions"}


def test_every_folder_is_a_package() -> None:
    """A folder without ``__init__.py`` is invisible to import-linter, so its files would be bound by nothing."""
    folders = {path.parent for root in (PACKAGE, ROOT / "functions") for path in root.rglob("*.py")}
    assert [str(path) for path in folders if not (path / "__init__.py").exists()] == []


def test_every_context_has_a_place_in_the_order() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders - {"platform", "gateways"} <= set(CONTEXTS)


def test_a_context_uses_another_only_through_its_exports() -> None:
    found = [
        source.at(node, f"reaches into {module}")
        for source in in_contexts()
        for node, module in imported_modules(source)
        if re.match(r"prakerja\.\w+\.", module)
        and (other := module.split(".")[1]) in CONTEXTS
        and other != source.context
    ]
    assert not found, "\n".join(found)


def test_a_context_exports_what_it_says() -> None:
    """Names that others import from a context are in its ``__all__``."""
    from docs.discover import modules

    found = [
        source.at(node, f"takes {name} from {module}, which does not export it")
        for source in deployed()
        for node, module, name in imports(source)
        if module.startswith("prakerja.") and module.count(".") == 1 and module.split(".")[1] in CONTEXTS
        and source.context != module.split(".")[1]
        and f"{module}.{name}" not in modules()
        and name not in modules()[module].__all__
    ]  # fmt: skip
    assert not found, "\n".join(found)


def test_gateways_see_only_the_ports_they_fulfil() -> None:
    found = [
        source.at(node, f"imports {module}")
        for source in deployed()
        if source.name.startswith("prakerja.gateways")
        for node, module in imported_modules(source)
        if len(parts := module.split(".")) > 1 and parts[0] == "prakerja" and parts[1] in CONTEXTS
        and (len(parts) < 3 or parts[2] not in ADAPTERS_MAY_SEE)
    ]  # fmt: skip
    assert not found, "\n".join(found)


def test_what_is_deployed_imports_only_what_is_deployed() -> None:
    """Other people's packages come from the vendor layer's lock or from the runtime; stubs only for the type checker."""
    listed = (ROOT / "layers/vendor/requirements.txt").read_text()
    names = {name.replace("-", "_").lower() for name in re.findall(r"^([\w-]+)==", listed, re.M)}
    modules = {"pyjwt": "jwt", "phonenumberslite": "phonenumbers"}
    known = {modules.get(name, name) for name in names} | RUNTIME_BRINGS | OURS | set(sys.stdlib_module_names)
    found = [
        source.at(node, f"imports {module}")
        for source in deployed()
        for node, module, _ in imports(source)
        if (top := module.split(".")[0]) not in known and not top.startswith("mypy_boto3_")
    ]
    assert not found, "\n".join(found)


def test_nothing_imports_the_x_ray_sdk() -> None:
    """It costs 300 ms of every cold start; Lambda's active tracing needs no code."""
    found = [
        source.at(node, f"imports {module}.{name}")
        for source in deployed()
        for node, module, name in imports(source)
        if module.startswith(("aws_xray_sdk", "aws_lambda_powertools.tracing")) or name == "Tracer"
    ]
    assert not found, "\n".join(found)
