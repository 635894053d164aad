"""Which roles the pages on work are for."""

from qihang.delivery.employment.workflows import DECIDERS as MAY_DECIDE
from qihang.delivery.employment.workflows import TAKERS_BACK as MAY_TAKE_BACK
from qihang.foundation.core.roles import Role

PROVIDERS = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
DECIDERS = tuple(dict.fromkeys((*MAY_DECIDE, *MAY_TAKE_BACK)))
# Who hands in for a trainee.
FOR_OTHERS = (*PROVIDERS, Role.INTAKE_OFFICER)
# Who reads the list of those who completed, with their work.
LISTED = tuple(dict.fromkeys((*PROVIDERS, *DECIDERS, Role.APPROVER, Role.INSPECTOR)))
