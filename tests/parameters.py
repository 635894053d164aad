"""Values of parameters put in force, as the province's two hands do it."""

import datetime as dt
from typing import Any

from qihang.foundation.core.roles import Role
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import confirm_parameter, propose_parameter
from tests.factories import HAINAN, make_actor


def put_in_force(
    key: str, value: object, *, region: str = HAINAN, since: dt.date = dt.date(2026, 1, 1), **more: Any
) -> Parameter:
    """A value confirmed by another hand than the one that proposed it. `more`: `by`, `valid_to`, `verified`, `source`."""
    officer, checker = (make_actor(role, region=HAINAN) for role in (Role.POLICY_OFFICER, Role.POLICY_CHECKER))
    given: dict[str, Any] = {"verified": "true", "source": "琼人社规〔2024〕2号", **more}
    draft = propose_parameter(actor=officer, key=key, region=region, valid_from=since, value=value, **given)
    return confirm_parameter(actor=checker, parameter=draft)
