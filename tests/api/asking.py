"""Who schemathesis calls as: it loads this file as its hooks, in a process of its own."""

import os

import requests
import schemathesis

FRONTROW, PASSWORD = os.environ["FRONTROW"], os.environ["PASSWORD"]


def role(label: str) -> str:
    """Whoever signs out or leaves the line is nobody else."""
    return "leaver" if "/auth/" in label or label == "DELETE /api/queue/session" else "holder"


@schemathesis.auth(cache_by_key=lambda case, _: case.operation.label)
class Fan:
    """A fresh token for each operation, so that one that is signed out is missed by no other."""

    def get(self, case: schemathesis.Case, _: object) -> str:
        asked = {"email": f"{role(case.operation.label)}@frontrow.test", "password": PASSWORD}
        token: str = requests.post(f"{FRONTROW}/api/auth/token", json=asked, timeout=60).json()["accessToken"]
        return token

    def set(self, case: schemathesis.Case, data: str, _: object) -> None:
        case.headers["Authorization"] = f"Bearer {data}"
