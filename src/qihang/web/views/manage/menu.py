from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.registry.organizations.perms import PEOPLE_ROLES
from qihang.web.navigation import Item, register
from qihang.web.views.manage import states as states

_WHO = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})

register(
    Item(
        label="接下来",
        url_name="manage_home",
        icon="flag",
        group="manage",
        roles=SEPARATED_ADMINS,
        order=0,
        bar="接下来",
    ),
    Item(
        label="单位和人员",
        url_name="manage_organizations",
        icon="buildings",
        group="manage",
        roles=_WHO,
        order=10,
        bar="单位",
    ),
    Item(label="账号", url_name="manage_users", icon="person-badge", group="manage", roles=_WHO, order=20, bar="账号"),
    Item(
        label="审计记录",
        url_name="manage_audit",
        icon="search",
        group="manage",
        roles=frozenset({Role.AUDIT_ADMIN}),
        order=30,
        bar="审计",
    ),
    Item(
        label="查看记录",
        url_name="manage_looks",
        icon="eye",
        group="manage",
        roles=frozenset({Role.AUDIT_ADMIN}),
        order=40,
        bar="查看",
    ),
    Item(
        label="本单位人员",
        url_name="own_people",
        icon="people",
        group="own",
        roles=PEOPLE_ROLES - _WHO,
        order=80,
    ),
)
