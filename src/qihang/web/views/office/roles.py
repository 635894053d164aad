"""Who works on cases, and who reads them."""

from qihang.foundation.core.roles import Role

# Those with a step of their own in opening classes and admitting people.
DESKS = (Role.INTAKE_OFFICER, Role.APPROVER)
READERS = (Role.SECOND_REVIEWER, Role.INSPECTOR, Role.LEADER)
CASE_ROLES = (*DESKS, *READERS)
# Who looks persons up: those who work on a person's case. Leaders read results.
SEARCHERS = tuple(role for role in CASE_ROLES if role != Role.LEADER)
