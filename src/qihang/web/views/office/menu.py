from qihang.web.navigation import Item, Place, register
from qihang.web.views.office import sources
from qihang.web.views.office import states as states
from qihang.web.views.office.merge_work import MERGES
from qihang.web.views.office.roles import CASE_ROLES, DESKS, READERS
from qihang.web.views.office.work import count_for
from qihang.web.views.office.work import register as register_work

register_work(sources.APPLICATIONS)
register_work(sources.CATEGORIES)
register_work(MERGES)

register(
    Item(
        label="我的待办",
        url_name="office_home",
        icon="inbox",
        roles=frozenset(DESKS),
        order=0,
        count=count_for,
        bar="待办",
    ),
    Item(
        label="在办的件",
        url_name="office_home",
        icon="inbox",
        roles=frozenset(READERS),
        order=0,
        count=count_for,
        bar="在办",
    ),
    Item(label="查人", url_name="office_people", icon="search", roles=frozenset(CASE_ROLES), order=20, bar="查人"),
    Item(
        label="班期",
        url_name="office_classes",
        icon="journal-check",
        group="skills",
        roles=frozenset(CASE_ROLES),
        order=10,
        bar="班期",
    ),
    Item(
        label="找班期",
        url_name="office_classes",
        place=Place.SEARCH,
        icon="search",
        roles=frozenset(CASE_ROLES),
        hint="班名、学校、备案号，按 / 开始",
    ),
)
