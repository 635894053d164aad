"""Who runs this deployment. What differs from place to place is a setting, never written in a page."""

from dataclasses import dataclass, fields

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Site:
    """`SITE` in the settings overrides any of these (environment: QIHANG_SITE_OWNER and so on)."""

    name: str = "启航"
    tagline: str = "技能再就业与创业服务平台"
    owner: str = ""
    owner_short: str = ""
    hotline: str = "12333"
    hotline_hours: str = ""
    counters: str = "就近窗口"
    filing_number: str = ""
    site_code: str = ""
    map_approval: str = ""


FIELDS = tuple(field.name for field in fields(Site))


def current_site() -> Site:
    """Raises TypeError on a name in `SITE` that is not a field."""
    return Site(**settings.SITE)
