from typing import Any

from django.db import models


class FigureRunQuerySet(models.QuerySet[Any]):
    """Computations of the figures."""

    def latest_run(self) -> Any:
        """The last one without its events, or None before the first."""
        return self.defer("events").order_by("-id").first()
