"""The types of evidence, how strong each is, and what it is accepted for: one table for documents, employment and
indicators (docs/design of the indicators, section Evidence)."""

from enum import StrEnum
from typing import NamedTuple

from django.db import models


class EvidenceRank(StrEnum):
    """甲 is the strongest, 戊 the weakest. Strict figures count the ranks 甲 and 乙 alone."""

    JIA = "甲"
    YI = "乙"
    BING = "丙"
    DING = "丁"
    WU = "戊"

    @property
    def is_strict(self) -> bool:
        return self in (EvidenceRank.JIA, EvidenceRank.YI)


class EvidenceType(models.TextChoices):
    """Who says that a fact about the world is so. Members stand from the strongest to the weakest."""

    INSURANCE = "insurance", "社会保险缴费"
    TAX = "tax", "纳税申报"
    REGISTRY = "registry", "市场主体登记"
    BUSINESS = "business", "本人营业执照"
    EMPLOYMENT_REGISTRATION = "employment_registration", "就业登记"
    CONTRACT = "contract", "劳动合同"
    VISIT = "visit", "实地走访记录"
    PHONE = "phone", "电话回访记录"
    SELF_REPORT = "self_report", "本人自述"

    @property
    def rank(self) -> EvidenceRank:
        return _STANDING[self].rank

    @property
    def strength(self) -> int:
        """Place in the order of the types, 0 for the strongest; types of one rank keep the order of the table."""
        return list(EvidenceType).index(self)

    @property
    def counts_as_work(self) -> bool:
        """Whether a spell of work known by it counts in the re-employment rate."""
        return _STANDING[self].counts_as_work

    @property
    def proves_trading(self) -> bool:
        """Whether it shows that a firm was trading on its day."""
        return _STANDING[self].proves_trading


class _Standing(NamedTuple):
    rank: EvidenceRank
    counts_as_work: bool = False
    proves_trading: bool = False


_STANDING = {
    EvidenceType.INSURANCE: _Standing(EvidenceRank.JIA, counts_as_work=True, proves_trading=True),
    EvidenceType.TAX: _Standing(EvidenceRank.JIA, proves_trading=True),
    EvidenceType.REGISTRY: _Standing(EvidenceRank.YI),
    EvidenceType.BUSINESS: _Standing(EvidenceRank.YI, counts_as_work=True),
    EvidenceType.EMPLOYMENT_REGISTRATION: _Standing(EvidenceRank.YI, counts_as_work=True),
    EvidenceType.CONTRACT: _Standing(EvidenceRank.YI, counts_as_work=True),
    EvidenceType.VISIT: _Standing(EvidenceRank.BING, proves_trading=True),
    EvidenceType.PHONE: _Standing(EvidenceRank.DING, proves_trading=True),
    EvidenceType.SELF_REPORT: _Standing(EvidenceRank.WU),
}
