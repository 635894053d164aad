"""Whose pages these are."""

from qihang.foundation.core.roles import OFFICERS, Role

# Values in force and the calendar bind everybody's work: all officers may look them up.
READERS = tuple(sorted(OFFICERS | {Role.SYSTEM_ADMIN}))
POLICY_HANDS = (Role.POLICY_OFFICER, Role.POLICY_CHECKER)
# What is missing is the business of those who set the installation up, and of who answers for it.
SETTERS_UP = (Role.SYSTEM_ADMIN, *POLICY_HANDS, Role.LEADER)
