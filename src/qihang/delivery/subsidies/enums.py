from django.db.models import TextChoices

from qihang.registry.policy.rules import training_tranches


class Tranche(TextChoices):
    CERTIFIED = "certified", "第一笔（取证后）"
    EMPLOYED = "employed", "第二笔（就业后）"

    @property
    def benefit(self) -> str:
        """The rule that decides on it."""
        return _RULES[self]


_RULES = {Tranche.CERTIFIED: training_tranches.CERTIFIED, Tranche.EMPLOYED: training_tranches.EMPLOYED}


class EarnedState(TextChoices):
    EARNED = "earned", "应得"
    REVERSED = "reversed", "已冲回"
