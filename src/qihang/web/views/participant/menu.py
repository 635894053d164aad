from qihang.foundation.core.roles import Role
from qihang.web.navigation import Item, Place, register

_WHO = frozenset({Role.PARTICIPANT})

register(
    Item(label="我的事", url_name="my_home", place=Place.PORTAL_BAR, icon="person-circle", roles=_WHO, order=10),
    Item(label="我的事", url_name="my_home", place=Place.PORTAL, icon="person-circle", roles=_WHO, order=80),
)
