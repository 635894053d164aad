"""kill -9 in the middle of an import: nothing lost, nothing doubled, and it goes on by itself.

A table that the work is about to write is locked by the test: there it stands still, in the middle of its transaction,
until the kill is done.
"""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from pathlib import Path

import psycopg
import pytest
from tests.foundation.database.servers import passable_folder, server_pid, supervisor_pids, wait_until
from tests.launcher.desk import Desk
from tests.launcher.installation import PATIENCE, Up, kill
from tests.launcher.rosters import Roster

pytestmark = pytest.mark.slow

CLASSES = 11
CHECKING, COMMITTING = "imports_importreportpart", "training_enrolment"
WEB, WORKER = "serving", "working"


@dataclass
class Installation:
    """The system under test; `up` changes when all of it is killed and started anew."""

    home: Path
    up: Up
    desk: Desk
    classes: list[str]
    numbers: Iterator[int]

    def next_roster(self, **size: int) -> tuple[Roster, str]:
        """A roster nobody has sent yet, and its class."""
        number = next(self.numbers)
        return Roster(number, **size), self.classes[number]

    def upload(self, roster: Roster, target: str) -> str:
        return self.desk.upload(target, "名单.csv", roster.content)

    def state(self, batch: str) -> str:
        return str(self.up.ask("SELECT state FROM imports_importbatch WHERE public_id = %s", batch)[0][0])

    def becomes(self, batch: str, state: str) -> None:
        wait_until(lambda: self.state(batch) == state, PATIENCE)

    def attempts(self, batch: str) -> int:
        """How often a worker took the batch's job up."""
        rows = self.up.ask(
            "SELECT attempts FROM jobs_job WHERE id = (SELECT job_id FROM imports_importbatch WHERE public_id = %s)",
            batch,
        )
        return int(rows[0][0])

    def kill_web(self) -> None:
        """The server and its workers at once, so that no worker is left to answer."""
        for pid in self.up.children(WEB):
            kill(pid)

    def web_is_back(self) -> None:
        wait_until(self.up.answers, PATIENCE)

    def kill_worker(self) -> None:
        """And wait for the next."""
        before = self.up.children(WORKER)
        for pid in before:
            kill(pid)
        wait_until(lambda: not set(self.up.children(WORKER)) <= set(before), PATIENCE)


@pytest.fixture(scope="module")
def place() -> Iterator[Installation]:
    with passable_folder() as base, ExitStack() as ends:
        up = Up(base / "数据")
        here = Installation(up.home, up, Desk(""), [], count())
        ends.callback(lambda: end(here.up))
        up.wait_until_ready()
        school = json.loads(up.python("-m", "tests.launcher.school", str(CLASSES)))
        here.classes = school["classes"]
        here.desk = Desk(f"http://127.0.0.1:{up.port}")
        here.desk.sign_in(school["login"], school["password"])
        yield here
        assert_the_whole_holds(here.up)


def end(up: Up) -> None:
    up.process.kill()
    up.process.communicate()


def assert_the_whole_holds(up: Up) -> None:
    unclaimed = "SELECT 1 FROM documents_storedfile WHERE id NOT IN (SELECT file_id FROM imports_importbatch)"
    assert up.ask(unclaimed) == []
    assert json.loads(up.python("-m", "qihang.cli", "verify", "--json"))["holds"] is True
    code, out = up.stop()
    assert (code, out.splitlines()[-1]) == (0, "已停止。")


@contextmanager
def standing_still(up: Up, *tables: str) -> Iterator[Callable[[], None]]:
    """Nobody writes to the tables within; call what is given to wait until somebody tries to write to each.

    The database may be killed within: the locks go with it.
    """
    with up.database() as holder:
        holder.execute("BEGIN")
        for table in tables:
            holder.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
        yield lambda: wait_until(lambda: kept_waiting(up) == set(tables), PATIENCE)
        with suppress(psycopg.OperationalError):
            holder.execute("COMMIT")


WRITERS = " FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND mode = 'RowExclusiveLock'"


def kept_waiting(up: Up) -> set[str]:
    return {table for (table,) in up.ask("SELECT relation::regclass::text" + WRITERS)}


def places_of(up: Up, target: str) -> Counter[str]:
    rows = up.ask(
        "SELECT e.state FROM training_enrolment e JOIN training_trainingclass c ON c.id = e.training_class_id"
        " WHERE c.public_id = %s",
        target,
    )
    return Counter(state for (state,) in rows)


def assert_all_in_once(here: Installation, batch: str, roster: Roster, target: str) -> None:
    """Persons, places, decisions, benefits, steps and the audit's lines: each once for everybody who may go in."""
    up, everybody = here.up, roster.valid + roster.old
    [(result,)] = up.ask("SELECT result FROM imports_importbatch WHERE public_id = %s", batch)
    assert result == roster.outcome
    assert places_of(up, target) == roster.places
    mine = (
        "WITH mine AS (SELECT e.* FROM training_enrolment e JOIN training_trainingclass c ON c.id = e.training_class_id"
        " WHERE c.public_id = %s) "
    )
    [(persons, decisions)] = up.ask(
        mine + "SELECT count(DISTINCT p.identity_index), count(DISTINCT m.decision_id)"
        " FROM mine m JOIN participants_person p ON p.id = m.person_id",
        target,
    )
    assert (persons, decisions) == (everybody, everybody)
    [(decided, reserved)] = up.ask(
        mine + "SELECT (SELECT count(*) FROM policy_decision WHERE case_ref IN (SELECT public_id::text FROM mine)),"
        " (SELECT count(*) FROM benefits_benefituse WHERE source_ref IN (SELECT public_id::text FROM mine))",
        target,
    )
    assert (decided, reserved) == (everybody, roster.known)
    steps = up.ask(
        mine + "SELECT target, count(*), count(DISTINCT subject_id) FROM core_transitionlog"
        " WHERE subject = 'training.enrolment' AND subject_id IN (SELECT id FROM mine) GROUP BY target",
        target,
    )
    entered = roster.places | {"applied": everybody}  # whatever became of them then
    assert {state: (logged, rows) for state, logged, rows in steps} == {
        state: (number, number) for state, number in entered.items()
    }
    [(audited,)] = up.ask(
        mine + "SELECT count(*) FROM core_auditentry WHERE table_name = 'training_enrolment'"
        " AND operation LIKE 'I%%' AND row_id IN (SELECT id FROM mine)",
        target,
    )
    assert audited == everybody
    assert steps_of(up, batch) == ["uploaded", "checked", "committing", "committed"]
    assert "花名册导入完了" in here.desk.page(batch).text


def steps_of(up: Up, batch: str) -> list[str]:
    """The states that a file has gone through, in order, as written down."""
    rows = up.ask(
        "SELECT target FROM core_transitionlog WHERE subject = 'imports.importbatch'"
        " AND subject_id = (SELECT id FROM imports_importbatch WHERE public_id = %s) ORDER BY id",
        batch,
    )
    return [state for (state,) in rows]


def assert_checked_once(here: Installation, batch: str, roster: Roster) -> None:
    """One report, all its parts, and the page that shows it."""
    rows = here.up.ask(
        "SELECT r.id, count(p.id) FROM imports_importreport r JOIN imports_importreportpart p ON p.report_id = r.id"
        " WHERE r.batch_id = (SELECT id FROM imports_importbatch WHERE public_id = %s) GROUP BY r.id",
        batch,
    )
    assert [parts for _, parts in rows] == [-(-roster.people // 200)]
    assert steps_of(here.up, batch) == ["uploaded", "checked"]
    assert f"先导入 {roster.valid:,} 行" in here.desk.page(batch).text


def assert_nothing_half(here: Installation, reading: str, going_in: str, target: str) -> None:
    assert (here.state(reading), here.state(going_in)) == ("uploaded", "committing")
    assert not places_of(here.up, target)


def the_worker(here: Installation) -> None:
    here.kill_worker()


def the_web_server(here: Installation) -> None:
    here.kill_web()
    here.web_is_back()


def the_database(here: Installation) -> None:
    """While it is away, pages say so. (Its supervisor, frozen, is kept from starting it at once.)"""
    supervisor, server = supervisor_pids(here.home)[0], server_pid(here.home)
    assert server is not None
    os.kill(supervisor, signal.SIGSTOP)
    try:
        kill(server)
        # Its sessions live on for a moment.
        wait_until(lambda: here.desk.get("/").status == HTTPStatus.SERVICE_UNAVAILABLE, PATIENCE)
        for path in ("/", "/imports/"):
            page = here.desk.get(path)
            assert page.status == HTTPStatus.SERVICE_UNAVAILABLE
            assert "系统正在恢复，请过一会儿再试" in page.text
    finally:
        os.kill(supervisor, signal.SIGCONT)
    here.web_is_back()


def everything(here: Installation) -> None:
    """As when the power fails; then a person starts it again."""
    server = server_pid(here.home)
    assert server is not None
    here.up.process.kill()
    for pid in [*here.up.children("qihang"), *supervisor_pids(here.home), server]:
        with suppress(ProcessLookupError):
            kill(pid)
    here.up.process.communicate()
    here.up = Up(here.home, here.up.port)
    here.up.wait_until_ready()


@pytest.mark.parametrize("killed", [the_worker, the_web_server, the_database, everything])
def test_a_check_and_an_import_go_on_by_themselves(
    place: Installation, killed: Callable[[Installation], None]
) -> None:
    (roster, target), (other, elsewhere) = place.next_roster(), place.next_roster()
    going_in = place.upload(roster, target)
    place.becomes(going_in, "checked")
    with standing_still(place.up, CHECKING, COMMITTING) as until_they_stand:
        place.desk.press(going_in, "commit", accept_valid="1")
        reading = place.upload(other, elsewhere)
        until_they_stand()
        assert "正在导入花名册" in place.desk.page(going_in).text
        assert "正在检查花名册" in place.desk.page(reading).text
        assert_nothing_half(place, reading, going_in, target)
        killed(place)
    place.becomes(going_in, "committed")
    place.becomes(reading, "checked")
    assert_all_in_once(place, going_in, roster, target)
    assert_checked_once(place, reading, other)
    assert (place.attempts(going_in) > 1) is (killed is not the_web_server)


@contextmanager
def cut_off(act: Callable[[], object]) -> Iterator[None]:
    """Something that a person does in the browser meanwhile, and that gets no answer."""
    outcome: list[str] = []

    def try_it() -> None:
        try:
            outcome.append(f"answered: {act()}")
        except OSError:
            outcome.append("cut off")

    person = threading.Thread(target=try_it)
    person.start()
    yield
    person.join()
    assert outcome == ["cut off"]


def test_what_a_page_was_doing_when_it_died_is_sent_again_or_finished_by_the_worker(place: Installation) -> None:
    """Small files are checked, and few rows go in, while one waits: there is no queue behind them."""
    (lost, lost_for), (started, target) = place.next_roster(people=200), place.next_roster(people=200)
    begun = place.upload(started, target)
    with (
        standing_still(place.up, "documents_storedfile", COMMITTING) as until_they_stand,
        cut_off(lambda: place.upload(lost, lost_for)),
        cut_off(lambda: place.desk.press(begun, "commit", accept_valid="1")),
    ):
        until_they_stand()
        place.kill_web()
        place.web_is_back()
        assert "正在导入花名册" in place.desk.page(begun).text
        assert not places_of(place.up, target)
    first, second = place.upload(lost, lost_for), place.upload(lost, lost_for)
    sent = place.up.ask("SELECT public_id::text FROM imports_importbatch WHERE target_id = %s ORDER BY id", lost_for)
    assert sent == [(first,), (second,)]
    for batch in (first, second):
        place.desk.press(batch, "commit", accept_valid="1")
    assert_all_in_once(place, first, lost, lost_for)
    assert steps_of(place.up, second) == ["uploaded", "checked", "discarded"]
    place.becomes(begun, "committed")
    assert_all_in_once(place, begun, started, target)


def test_an_import_that_keeps_killing_its_worker_ends_with_a_word_and_goes_on_when_told(place: Installation) -> None:
    roster, target = place.next_roster(people=400)
    batch = place.upload(roster, target)
    with standing_still(place.up, COMMITTING) as until_it_stands:
        place.desk.press(batch, "commit", accept_valid="1")
        for attempt in (1, 2, 3):
            until_it_stands()
            assert place.attempts(batch) == attempt
            assert "正在导入花名册" in place.desk.page(batch).text
            if attempt == 3:  # it has five, and the patience of a test is shorter
                place.up.ask(
                    "UPDATE jobs_job SET idle_attempts = 5 WHERE label = '导入花名册' AND state = 'running' RETURNING 1"
                )
            place.kill_worker()
            place.up.ask("SELECT pg_terminate_backend(pid)" + WRITERS)
        wait_until(lambda: "连着几次都在同一处中断" in place.desk.page(batch).text, PATIENCE)
        assert "花名册没有导入完" in place.desk.page(batch).text
        assert not places_of(place.up, target)
    place.desk.press(batch, "resume")
    place.becomes(batch, "committed")
    assert_all_in_once(place, batch, roster, target)
