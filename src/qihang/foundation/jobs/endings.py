"""How a run ends before its handler returns. Not Exceptions, so that no handler's `except Exception` eats them."""


class JobSignal(BaseException):
    """Raised within a step or a report; the runner catches it."""


class Cancelled(JobSignal):
    """A person asked for it to stop. Steps already made stay."""


class Interrupted(JobSignal):
    """The worker is shutting down: the job goes back to the queue and on from its checkpoint."""


class Superseded(JobSignal):
    """Another attempt has taken over; nothing of the present step is kept."""
