"""Who works on cases, and who reads them."""

from qihang.foundation.core.roles import Role

# Those with a step of their own in opening classes and admitting people.
DESKS = (Role.INTAKE_OFFICER, Role.APPROVER)
# Leaders are not among them: they read results, and no list of people.
READERS = (Role.SECOND_REVIEWER, Role.INSPECTOR)
# Who looks behind a mask, and hands out codes.
REVEALERS = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER)
CASE_ROLES = (*DESKS, *READERS)
