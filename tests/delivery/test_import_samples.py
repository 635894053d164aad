"""The six samples through the command, under the demo's parameters as the database has them."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.importing import SAMPLES, TODAY, expectation

from qihang.foundation.core import clock
from qihang.foundation.imports import commands
from qihang.foundation.imports.ports import import_kinds
from qihang.launcher.usage import ChineseParser
from qihang.registry.policy.services import load_demo_parameters

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_samples() -> Iterator[None]:
    load_demo_parameters()
    with clock.travel_to(TODAY):
        yield


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    parser = ChineseParser(prog="qihang import")
    commands.add_arguments(parser)
    options: argparse.Namespace = parser.parse_args([*arguments, "--json"])
    assert commands.run(options) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("key", ["attendance", "contributions", "followups", "roster", "scores", "vacancies"])
def test_the_command_finds_what_a_careful_clerk_would(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = expectation(import_kinds.get(key))
    on = ["--on", expected["business_day"].isoformat()] if key in {"contributions", "followups"} else []
    document = said(capsys, key, str(SAMPLES / expected["file"]), *on)
    for severity in ("errors", "confirm", "cleaned"):
        found = {finding["cell"]: finding["rule"] for finding in document[severity]}
        assert found == expected.get(severity, {}), severity
    assert document["accepted"] == expected["accepted"]
    assert document["skipped_sheets"] == expected["skipped_sheets"]
    assert [skip["row"] for skip in document["skipped_rows"]] == expected["skipped_rows"]
    assert "undecided" not in document["header"]
    numbers = json.dumps(document, ensure_ascii=False)
    assert "460001198305250667" not in numbers
