from qihang.foundation.core.roles import Role
from qihang.web.navigation import Item, Place, register
from qihang.web.views.certificates import states as states

register(
    Item(label="查证书", url_name="check", place=Place.PORTAL, icon="patch-check", order=90),
    Item(label="查证书真假", url_name="check", place=Place.SERVICES, icon="patch-check", order=90),
    Item(
        label="我的证书",
        url_name="certificates",
        place=Place.ACCOUNT,
        icon="patch-check",
        roles=frozenset({Role.PARTICIPANT}),
        order=5,
    ),
)
