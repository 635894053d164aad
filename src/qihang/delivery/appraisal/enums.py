from django.db.models import TextChoices

# Marks run from 0 to 100; the pass mark is a parameter.
LOWEST, HIGHEST = 0, 100


class SittingState(TextChoices):
    PLANNED = "planned", "已安排"
    HELD = "held", "已录成绩"
    CANCELLED = "cancelled", "已取消"


# A sitting that took place or will.
STANDING_SITTINGS = (SittingState.PLANNED, SittingState.HELD)


class CertificateState(TextChoices):
    ISSUED = "issued", "已发证"
    REVOKED = "revoked", "已撤销"
