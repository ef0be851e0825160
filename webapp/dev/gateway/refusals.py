"""What the company's API says no with: a status, a stable code, a sentence, and the field at fault."""

from typing import Any


class Refused(Exception):
    """A request that cannot be granted."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field

    def document(self) -> dict[str, Any]:
        """The JSON body: {"error": {"code", "message", "field"?}}."""
        error = {"code": self.code, "message": self.message}
        if self.field:
            error["field"] = self.field
        return {"error": error}
