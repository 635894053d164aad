"""Links from one page family to another that a deployment may not have."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse


def import_link(kind: str, target: UUID | str) -> str:
    """Where a file of this kind for this class is brought in; empty where the import pages are not installed."""
    try:
        return reverse("import_start", args=[kind, str(target)])
    except NoReverseMatch:
        return ""
