from qihang.foundation.core.roles import Role
from qihang.web.navigation import Item, register
from qihang.web.views.results.roles import READERS

register(
    Item(
        label="成效总览",
        url_name="results",
        icon="speedometer2",
        roles=frozenset({Role.LEADER}),
        order=-10,
        bar="成效",
    ),
    Item(
        label="成效总览",
        url_name="results",
        icon="speedometer2",
        group="skills",
        roles=frozenset(READERS) - {Role.LEADER},
        order=90,
    ),
)
