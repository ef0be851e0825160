"""The document itself, and what is answered elsewhere: callbacks and health, described here."""

from flask import Response

from webapp.api import answered, document, limits
from webapp.api.calls import Call
from webapp.api.idempotency import Told
from webapp.api.operations import Outcome, Words, describe, operation
from webapp.errors import BadCallback, BadSignature, NotFound

PROVIDERS, HOUSE = "providers", "house"
DOCUMENT_SECONDS = 300


@operation(
    "GET",
    "/api/openapi.json",
    tag=HOUSE,
    words=Words("This document", "OpenAPI 문서"),
    outcomes={200: Outcome(Words("OpenAPI 3.1.", "OpenAPI 3.1 문서입니다."), answered.OpenApi)},
    limits=limits.EVERYBODY,
)
def openapi(call: Call) -> Told | Response:
    answer = Response(document.as_json(), mimetype="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={DOCUMENT_SECONDS}"
    return answer


describe(
    "POST",
    "/payments/callbacks/{provider}",
    name="callback",
    tag=PROVIDERS,
    handler=None,
    words=Words("A payment provider's callback", "결제사의 콜백"),
    outcomes={202: Outcome(Words("Stored; a job settles it.", "저장했으며 작업이 처리합니다."), answered.Status)},
    errors=(BadCallback(), BadSignature(), NotFound()),
    headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
)
describe(
    "GET",
    "/healthz",
    name="healthz",
    tag=HOUSE,
    handler=None,
    words=Words("Alive?", "프로세스 상태 확인"),
    outcomes={200: Outcome(Words("This process answers.", "이 프로세스가 응답합니다."), answered.Status)},
)
describe(
    "GET",
    "/readyz",
    name="readyz",
    tag=HOUSE,
    handler=None,
    words=Words("Ready?", "준비 상태 확인"),
    outcomes={
        200: Outcome(Words("Postgres and Redis answer too.", "Postgres와 Redis도 응답합니다."), answered.Ready),
        503: Outcome(Words("Names what is missing.", "응답하지 않는 것을 알려 줍니다."), answered.Ready),
    },
)
describe(
    "GET",
    "/metrics",
    name="metrics",
    tag=HOUSE,
    handler=None,
    words=Words("Figures for Prometheus; not through a proxy", "Prometheus 지표(프록시를 거치면 404)"),
    outcomes={200: Outcome(Words("Prometheus text.", "Prometheus 텍스트 형식입니다."), None, "text/plain")},
    errors=(NotFound(),),
)
