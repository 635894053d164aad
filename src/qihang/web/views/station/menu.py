from qihang.delivery.appraisal.imports import SCORES
from qihang.delivery.appraisal.querysets import STATION_ROLES
from qihang.web.navigation import Item, register
from qihang.web.views.imports import destinations
from qihang.web.views.office.work import register as register_work
from qihang.web.views.station import states as states
from qihang.web.views.station.access import INSTITUTION, OFFICE
from qihang.web.views.station.sittings import sitting_of_class, waiting_scores
from qihang.web.views.station.work import SITTINGS

destinations.register(SCORES.key, sitting_of_class)
register_work(SITTINGS)

register(
    Item(
        label="我站的鉴定",
        url_name="station",
        icon="journal-check",
        roles=frozenset(STATION_ROLES),
        order=0,
        count=waiting_scores,
        bar="鉴定",
    ),
    Item(
        label="鉴定和证书",
        url_name="station",
        icon="patch-check",
        group="skills",
        roles=frozenset({*INSTITUTION, *OFFICE}),
        order=40,
    ),
)
