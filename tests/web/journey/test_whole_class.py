"""One class from an empty installation to its figure, by the hands of its own roles, in the browser, by what pages say."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qihang.foundation.core.keyring import keyring
from qihang.registry.policy.services import load_demo_parameters, load_sourced_parameters
from qihang.registry.reference.load import load_reference_data
from tests.web.browser import Visitor
from tests.web.journey import house, lessons, outcomes, papers
from tests.web.journey.stage import Stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

OPENED = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def stage(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """An installation as `./qihang up --demo none` leaves it, with values of the demo where no source gave one."""
    made = Stage(visit, monkeypatch)
    made.on(OPENED)
    load_reference_data()
    load_sourced_parameters()
    load_demo_parameters()
    return made


def test_a_class_from_nothing_to_its_figure(stage: Stage) -> None:
    house.found_house(stage)
    house.set_a_value(stage)
    lessons.open_class(stage)
    lessons.bring_the_roster(stage)
    lessons.judge_the_people(stage)
    lessons.give_a_code(stage)
    stage.on(papers.ENDS + dt.timedelta(days=1))
    lessons.finish_class(stage)
    outcomes.plan_sitting(stage)
    stage.on(papers.SITS)
    number = outcomes.bring_scores(stage)
    outcomes.anybody_checks(stage, number)
    stage.on(papers.LISTED + dt.timedelta(days=2))
    outcomes.match_work(stage)
    outcomes.read_what_was_earned(stage)
    outcomes.read_the_figures(stage)
    outcomes.trainee_looks_back(stage, number)
