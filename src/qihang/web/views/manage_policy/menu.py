from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.policy.models import Parameter
from qihang.web.navigation import Item, register
from qihang.web.views.manage_policy import states as states  # the words for states come with the menu
from qihang.web.views.manage_policy.readers import READERS, SETTERS_UP


def waiting_count(actor: Actor) -> int:
    """Drafts that wait for a checker."""
    return Parameter.objects.visible_to(actor).waiting_for(actor).count()


def returned_count(actor: Actor) -> int:
    """Drafts that came back to whoever proposed them."""
    return Parameter.objects.visible_to(actor).returned_to(actor).count()


# What each of the two hands begins with stands first, without a heading.
register(
    Item(
        label="待复核参数",
        url_name="manage_parameters_waiting",
        icon="patch-check",
        roles=frozenset({Role.POLICY_CHECKER}),
        order=1,
        count=waiting_count,
        bar="待复核",
    ),
    Item(
        label="参数",
        url_name="manage_parameters",
        icon="book",
        roles=frozenset({Role.POLICY_OFFICER}),
        order=1,
        bar="参数",
    ),
    Item(
        label="交上去的草案",
        url_name="manage_parameters_waiting",
        icon="patch-check",
        roles=frozenset({Role.POLICY_OFFICER}),
        order=2,
        count=returned_count,
    ),
    Item(
        label="参数",
        url_name="manage_parameters",
        icon="book",
        group="manage",
        roles=frozenset(READERS) - {Role.POLICY_OFFICER},
        order=40,
        bar="参数",
    ),
    Item(
        label="工作日历",
        url_name="manage_calendar",
        icon="calendar-week",
        group="manage",
        roles=frozenset(READERS),
        order=44,
    ),
    Item(
        label="还缺什么",
        url_name="manage_missing",
        icon="lightbulb",
        group="manage",
        roles=frozenset(SETTERS_UP),
        order=5,
        bar="还缺什么",
    ),
)
