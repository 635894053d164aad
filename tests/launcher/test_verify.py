"""`verify`: what holds is said in a line, what does not in a line each; tampering shows whoever did it."""

import argparse
import json
from typing import Any

import pytest
from django.db import connection
from tests.factories import SYSTEM
from tests.foundation.core.test_audit import CLERK, make_year, seal_when_others_have_ended
from tests.registry.policy.cases import decide

from qihang import cli
from qihang.foundation.core.units import unit_of_work
from qihang.launcher import verify
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import load_demo_parameters


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    return verify.run(parser.parse_args(arguments))


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def tamper(table: str, change: str) -> None:
    """Edit rows behind the product's back, as only a table's owner can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(change.format(table=table))
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


class TestAudit:
    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def _sealed(self) -> None:
        for year in (2025, 2026):
            with unit_of_work(CLERK):
                make_year(year)
            seal_when_others_have_ended()

    def test_what_holds_is_said_with_the_tail_that_is_not_sealed_yet(self, capsys: pytest.CaptureFixture[str]) -> None:
        with unit_of_work(CLERK):
            make_year(2027)
        assert run("audit") == 0
        printed = capsys.readouterr()
        assert printed.out == "审计记录：2 张封条，封了 2 条，还有 1 条没到封存的时候；都对得上\n"
        assert printed.err == ""

    def test_the_json_names_the_last_link_of_the_chain(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("audit", "--json") == 0
        found = document(capsys)
        assert list(found) == ["holds", "audit"]
        chain = found["audit"].pop("chain")
        assert found["audit"] == {"holds": True, "seals": 2, "sealed": 2, "unsealed": 0, "faults": []}
        assert len(bytes.fromhex(chain)) == 32

    @pytest.mark.parametrize(
        ("table", "change", "faults"),
        [
            (
                "core_auditentry",
                "UPDATE {table} SET after = jsonb_set(after, '{{source}}', '\"假的\"') WHERE after->>'year' = '2025'",
                ["审计记录：封条 1 下的记录被改动：封存时 1 条，现在 1 条"],
            ),
            (
                "core_auditentry",
                "DELETE FROM {table} WHERE after->>'year' = '2026'",
                ["审计记录：封条 2 下的记录被改动：封存时 1 条，现在 0 条"],
            ),
            (
                "core_auditcontext",
                "UPDATE {table} SET actor = jsonb_set(actor, '{{user_label}}', '\"别人\"')"
                " WHERE id = (SELECT min(id) FROM {table})",
                ["审计记录：封条 1 下的记录被改动：封存时 1 条，现在 1 条"],
            ),
            (
                "core_auditseal",
                "UPDATE {table} SET digest = sha256('x') WHERE number = 2",
                ["审计记录：封条 2 下的记录被改动：封存时 1 条，现在 1 条", "审计记录：封条 2 的链值不对"],
            ),
        ],
        ids=["entry", "removed", "actor", "seal"],
    )
    def test_tampering_shows(
        self, capsys: pytest.CaptureFixture[str], table: str, change: str, faults: list[str]
    ) -> None:
        tamper(table, change)
        assert run("audit") == 1
        printed = capsys.readouterr()
        assert printed.err.splitlines() == faults
        assert f"{len(faults)} 处对不上" in printed.out

    def test_seals_taken_from_the_end_show_against_the_chain_kept_elsewhere(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run("audit", "--json")
        kept = document(capsys)["audit"]
        tamper("core_auditseal", "DELETE FROM {table} WHERE number = 2")
        assert run("audit", "--json") == 0
        now = document(capsys)["audit"]
        assert (now["seals"], now["unsealed"]) == (1, 1)
        assert now["chain"] != kept["chain"]


@pytest.mark.django_db
class TestDecisions:
    @pytest.fixture
    def decision(self) -> Decision:
        load_demo_parameters()
        decide()
        return decide(lifetime_uses=1)

    def test_what_recomputes_is_counted(self, capsys: pytest.CaptureFixture[str], decision: Decision) -> None:
        assert run("decisions") == 0
        assert capsys.readouterr().out == "资格判定：重算了 2 件；都对得上\n"

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ("amount = 9999", "按存的事实和参数重算，金额不一样"),
            ("eligible = false, amount = NULL", "按存的事实和参数重算，结论、金额不一样"),
            ("benefit = 'appraisal_subsidy'", "按存的事实和参数重算，待遇不一样"),
            ("fact_values = '[]'", "存的事实读不出来，算不了"),
            ("fact_values = jsonb_set(fact_values, '{{1}}', '\"昨天\"')", "存的事实读不出来，算不了"),
        ],
    )
    def test_a_changed_decision_is_one_line_and_hides_no_other(
        self, capsys: pytest.CaptureFixture[str], decision: Decision, change: str, wrong: str
    ) -> None:
        decide(lifetime_uses=2)
        tamper("policy_decision", f"UPDATE {{table}} SET {change} WHERE id = {decision.pk}")
        assert run("decisions") == 1
        printed = capsys.readouterr()
        assert printed.out == "资格判定：重算了 3 件；1 处对不上\n"
        assert printed.err == f"资格判定 {decision.public_id}：{wrong}\n"

    @pytest.mark.parametrize(
        "change",
        [
            "clauses = '[]'",
            "fact_names = '[]'",
            "benefit = 'x'",
            "parameters = '[{{\"key\": 1}}]'",
            "missing = '[\"x\"]'",
        ],
    )
    def test_a_changed_basis_shows(self, capsys: pytest.CaptureFixture[str], decision: Decision, change: str) -> None:
        tamper("policy_decisionbasis", f"UPDATE {{table}} SET {change}")
        assert run("decisions") == 1
        assert f"依据 {decision.basis.digest[:12]} 和写下时不一样" in capsys.readouterr().err

    def test_a_basis_that_cannot_be_read_spoils_its_own_decisions_only(
        self, capsys: pytest.CaptureFixture[str], decision: Decision
    ) -> None:
        other = decide(on=decision.on.replace(year=2005))
        tamper("policy_decisionbasis", f"UPDATE {{table}} SET parameters = '[1]' WHERE id = {other.basis_id}")
        assert run("decisions", "--json") == 1
        found = document(capsys)["decisions"]
        assert found["differences"] == [{"id": str(other.public_id), "fields": ["basis"]}]
        assert found["changed_bases"] == [other.basis.digest]

    def test_a_rule_that_is_gone_is_named(self, capsys: pytest.CaptureFixture[str], decision: Decision) -> None:
        tamper("policy_decisionbasis", "UPDATE {table} SET rules_version = 'training_subsidy/0:0'")
        assert run("decisions") == 1
        assert "系统里没有规则“training_subsidy/0:0”这一版" in capsys.readouterr().err


@pytest.mark.django_db
def test_all_is_the_default_and_any_fault_fails_it(capsys: pytest.CaptureFixture[str]) -> None:
    load_demo_parameters()
    decision = decide(actor=SYSTEM)
    assert run("--json") == 0
    found = document(capsys)
    assert (found["holds"], list(found)) == (True, ["holds", "audit", "decisions"])
    tamper("policy_decision", f"UPDATE {{table}} SET amount = 1 WHERE id = {decision.pk}")
    assert run("--json") == 1
    found = document(capsys)
    assert (found["holds"], found["audit"]["holds"], found["decisions"]["holds"]) == (False, True, False)


def test_there_is_no_ledger_yet_and_the_help_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["verify", "ledger"])
    assert ended.value.code == 2
    with pytest.raises(SystemExit):
        cli.main(["verify", "-h"])
    assert "资金账（ledger）还没有" in capsys.readouterr().out.replace("\n", "").replace(" ", "")
