"""Who reads the pages of sittings: the station, the institution, and the offices of the region."""

from qihang.delivery.appraisal.querysets import STATION_ROLES
from qihang.foundation.core.roles import Role

INSTITUTION = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
OFFICE = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER, Role.INSPECTOR)
READERS = (*STATION_ROLES, *INSTITUTION, *OFFICE)
MOVERS = (Role.STATION_CLERK, Role.INTAKE_OFFICER)
