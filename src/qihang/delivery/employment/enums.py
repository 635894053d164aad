from django.db.models import TextChoices


class SpellState(TextChoices):
    CLAIMED = "claimed", "等核实"
    ACCEPTED = "accepted", "已核实"
    REJECTED = "rejected", "不认可"
    WITHDRAWN = "withdrawn", "撤回了"
    TAKEN_BACK = "taken_back", "撤销认可"
    ABSORBED = "absorbed", "并入另一段"


# Spells that stand in the way of another one over the same days.
STANDING = (SpellState.CLAIMED, SpellState.ACCEPTED)
