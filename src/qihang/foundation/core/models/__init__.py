from qihang.foundation.core.models.audit import AuditContext, AuditEntry, AuditSeal
from qihang.foundation.core.models.base import AuditedModel, BaseModel
from qihang.foundation.core.models.calendar import CalendarDay, CalendarYear
from qihang.foundation.core.models.keys import DataKey, RevealLog
from qihang.foundation.core.models.transitions import TransitionLog

__all__ = [
    "AuditContext",
    "AuditEntry",
    "AuditSeal",
    "AuditedModel",
    "BaseModel",
    "CalendarDay",
    "CalendarYear",
    "DataKey",
    "RevealLog",
    "TransitionLog",
]
