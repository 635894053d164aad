"""Refusals that a person can act on. Their text is Chinese and says what to do; it is shown as it stands."""


class DomainError(Exception):
    """The request breaks a rule of the product. `code` is stable for programs, `field` names the input at fault."""

    def __init__(self, message: str, *, code: str = "", field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return self.message


class NotAllowed(DomainError):
    """The actor's role or place does not include this action."""


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know that it does."""
