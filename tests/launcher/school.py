"""`python -m tests.launcher.school COUNT`: an institution with approved classes in an installation that runs.

Prints its clerk's log-in and, for each roster, the class that waits for it.
"""

import datetime as dt
import json
import secrets
import sys
from typing import TYPE_CHECKING

import django
import polars as pl

if TYPE_CHECKING:
    from tests.delivery.builders import Cast


def main(count: int) -> None:
    django.setup()
    from tests.delivery.builders import ground, make_cast
    from tests.factories import make_actor, make_user

    from qihang.foundation.accounts.models import User
    from qihang.registry.organizations.models import Organization

    ground()
    cast = make_cast()
    school = Organization.objects.get(pk=cast.clerk.organization_id)
    password = secrets.token_urlsafe(12)
    make_actor("provider_clerk", organization=school, user=make_user(login="clerk", password=password))
    assert User.objects.get(login="clerk").check_password(password)
    classes = [_open_class(cast, number) for number in range(count)]
    print(json.dumps({"login": "clerk", "password": password, "classes": classes}))


def _open_class(cast: "Cast", number: int) -> str:
    """A class with room for its roster; the roster's known people are registered, their category confirmed."""
    from tests.delivery.builders import approved_class
    from tests.factories import MEILAN, SYSTEM
    from tests.launcher.rosters import Roster
    from tests.persons import PersonEntry, claim_row, register

    from qihang.delivery.training.models import TrainingClass
    from qihang.foundation.core import clock
    from qihang.foundation.core.units import unit_of_work
    from qihang.registry.participants.models import PersonCategory
    from qihang.registry.participants.services import claim_categories, confirm_categories

    roster, today = Roster(number), clock.today()
    start = today + dt.timedelta(days=30)
    span = {"start": start, "end": start + dt.timedelta(days=18)}
    item = approved_class(cast, on=today, name=roster.name, **span)
    with unit_of_work(SYSTEM):  # more than a class may have: it is the file's size that is wanted
        TrainingClass.objects.filter(pk=item.pk).update(planned_heads=roster.people)
    known = [roster.person(at) for at in range(roster.known)]
    entries = [PersonEntry(identity, name, "female", born) for identity, name, born in known]
    persons = register(actor=SYSTEM, entries=entries)
    claims = [claim_row(person, "02", today, MEILAN) for person in persons]
    claim_categories(actor=cast.clerk, claims=pl.DataFrame(claims))
    claimed = PersonCategory.objects.filter(person__in=persons).values_list("pk", flat=True)
    confirmed = confirm_categories(actor=SYSTEM, ids=claimed, public_post=False)
    assert len(confirmed.done) == roster.known, confirmed.refused
    return str(item.public_id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
