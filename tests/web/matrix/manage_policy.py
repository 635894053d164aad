"""The pages of rules and calendar: all officers look things up, two hands set values, one of them keeps the calendar."""

import datetime as dt
from itertools import count

from qihang.foundation.core import clock
from qihang.foundation.core.roles import OFFICERS, Role
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import confirm_parameter, propose_parameter
from tests.factories import SYSTEM
from tests.web.matrix.rows import Reach, Row, Values, anywhere, per_place, region
from tests.web.matrix.world import Place

_READERS = (*OFFICERS, Role.SYSTEM_ADMIN)
_HANDS = (Role.POLICY_OFFICER, Role.POLICY_CHECKER)
_years = count(2001)


def _value(place: Place) -> Parameter:
    """A value in force at the place, each for a year of its own."""
    year = next(_years)
    proposed = propose_parameter(
        actor=SYSTEM,
        key="class.size_max",
        region=place.region,
        valid_from=dt.date(year, 1, 1),
        valid_to=dt.date(year, 12, 31),
        value=50,
        verified="true",
        source="琼人社规〔2024〕2号",
    )
    return confirm_parameter(actor=SYSTEM, parameter=proposed)


def _a_value(place: Place) -> Values:
    return {"public_id": _value(place).public_id}


def _a_key(place: Place) -> Values:
    return {"key": "class.size_max"}


def _a_year(place: Place) -> Values:
    return {"year": clock.today().year}


# A county's policy officer does not keep the province's calendar.
_NOWHERE: Reach = {Role.POLICY_OFFICER: frozenset()}
# A checker decides on values asked back, which this one is not.
_NOT_ASKED: Reach = {Role.POLICY_CHECKER: frozenset()}

ROWS = [
    Row(url="manage_missing", who=anywhere(Role.SYSTEM_ADMIN, *_HANDS, Role.LEADER)),
    Row(url="manage_parameters", who=anywhere(*_READERS)),
    Row(url="manage_parameters_waiting", who=anywhere(*_HANDS)),
    Row(url="manage_parameter_key", who=anywhere(*_READERS), args=per_place(_a_key)),
    Row(url="manage_parameter_propose", who=anywhere(Role.POLICY_OFFICER), args=per_place(_a_key)),
    Row(url="manage_parameter", who=anywhere(*_READERS), args=per_place(_a_value)),
    Row(
        url="manage_parameter_withdraw",
        who=region(Role.POLICY_OFFICER) | _NOT_ASKED,
        args=per_place(_a_value),
    ),
    Row(url="manage_calendar", who=anywhere(*_READERS)),
    Row(url="manage_calendar_year", who=anywhere(*_READERS), args=per_place(_a_year)),
    Row(url="manage_calendar_fill", who=anywhere(Role.SYSTEM_ADMIN) | _NOWHERE, args=per_place(_a_year)),
]
