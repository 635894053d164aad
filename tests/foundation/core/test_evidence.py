"""The table of evidence types, written down a second time by hand."""

import pytest

from qihang.foundation.core.evidence import EvidenceRank, EvidenceType

TABLE = [
    # type, rank, work in the headline, proves trading
    ("insurance", "甲", True, True),
    ("tax", "甲", False, True),
    ("registry", "乙", False, False),
    ("business", "乙", True, False),
    ("employment_registration", "乙", True, False),
    ("contract", "乙", True, False),
    ("visit", "丙", False, True),
    ("phone", "丁", False, True),
    ("self_report", "戊", False, False),
]


@pytest.mark.parametrize(("value", "rank", "work", "trading"), TABLE)
def test_each_type_has_the_rank_and_the_uses_of_the_table(value: str, rank: str, work: bool, trading: bool) -> None:
    evidence = EvidenceType(value)
    assert (evidence.rank, evidence.counts_as_work, evidence.proves_trading) == (rank, work, trading)


def test_every_type_is_in_the_table_in_the_order_of_strength() -> None:
    assert EvidenceType.values == [row[0] for row in TABLE]
    assert [evidence.strength for evidence in EvidenceType] == list(range(len(TABLE)))


def test_strength_never_contradicts_rank() -> None:
    ranks = list(EvidenceRank)
    places = [ranks.index(evidence.rank) for evidence in EvidenceType]
    assert places == sorted(places)


def test_only_the_two_strongest_ranks_are_strict() -> None:
    assert [rank.value for rank in EvidenceRank if rank.is_strict] == ["甲", "乙"]


def test_every_type_has_a_chinese_label() -> None:
    assert all(label.isprintable() and not label.isascii() for label in EvidenceType.labels)
