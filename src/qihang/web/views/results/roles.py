"""Who reads results, and who may open them to people."""

from qihang.foundation.core.roles import Role

READERS = (
    Role.LEADER,
    Role.INTAKE_OFFICER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
    Role.FINANCE_OFFICER,
    Role.INSPECTOR,
    Role.POLICY_OFFICER,
    Role.POLICY_CHECKER,
)
# Leaders and policy hands see cases without names; those who work on cases see whose they are.
NAMERS = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER, Role.INSPECTOR)
