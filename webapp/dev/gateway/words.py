"""Every word a person reads here, in English and Korean, and how amounts and times are written."""

from webapp.dev.gateway import moments

LANGUAGES = ("en", "ko")
MERCHANT = "Frontrow"

ENGLISH = {
    "company": "Sandbox Pay",
    "no_money": "Test payments only. No real money moves.",
    "pay_title": "Pay {amount} to {merchant}",
    "pay_to": "Payment to {merchant}",
    "amount": "Amount",
    "for": "For",
    "reference": "Reference",
    "hold_ends": "Held until",
    "korea_time": "{time} Korea time",
    "approve": "Approve",
    "decline": "Decline",
    "trying_out": "For trying things out",
    "approve_late": "Approve after the hold ended",
    "approve_late_hint": "Approves at {time}. You return to the shop at once.",
    "approve_silently": "Approve but never call back",
    "approve_silently_hint": "Paid here, but the shop only learns of it by asking.",
    "approve_twice": "Call back twice",
    "approve_twice_hint": "Approves, and tells the shop twice with the same event.",
    "back": "Back to {merchant}",
    "status_open": "Open",
    "status_paid": "Paid",
    "status_failed": "Declined",
    "status_cancelled": "Cancelled",
    "status_later": "To be approved",
    "decided_paid": "This payment is approved.",
    "decided_failed": "This payment was declined. Nothing was charged.",
    "decided_cancelled": "This payment was cancelled by the shop.",
    "decided_later": "This payment will be approved at {time}.",
    "decided_once": "A payment is decided once, so there is nothing left to choose here.",
    "refunded": "Refunded",
    "latest": "Latest payments",
    "none_yet": "No payments yet. They appear here as soon as a shop opens one.",
    "callbacks": "Callbacks",
    "no_callbacks": "No callbacks.",
    "no_callbacks_ever": "No callback, as chosen.",
    "delivered": "Delivered",
    "pending": "Not delivered yet",
    "tries_one": "1 try",
    "tries": "{count} tries",
    "send_again": "Send again",
    "send_again_label": "Send again: {type} for {reference}",
    "refused": "That did not work",
    "refused_payment_not_found": "There is no such payment. Go back to the shop and start paying again.",
    "refused_stale_form": "This form is out of date. Open the payment's page again.",
    "refused_unavailable": "Sandbox Pay cannot use its files right now. Nothing was decided. Try again.",
    "refused_other": "Sandbox Pay did not understand this request. Nothing was decided.",
}

KOREAN = {
    "company": "Sandbox Pay",
    "no_money": "테스트 결제입니다. 실제 돈은 나가지 않습니다.",
    "pay_title": "{merchant}에 {amount} 결제",
    "pay_to": "{merchant} 결제",
    "amount": "결제 금액",
    "for": "내용",
    "reference": "주문 번호",
    "hold_ends": "좌석 선점 종료",
    "korea_time": "한국 시간 {time}",
    "approve": "승인",
    "decline": "거절",
    "trying_out": "시험용 선택지",
    "approve_late": "선점이 끝난 뒤 승인",
    "approve_late_hint": "{time}에 승인됩니다. 화면은 바로 상점으로 돌아갑니다.",
    "approve_silently": "승인하고 알리지 않기",
    "approve_silently_hint": "결제는 되지만, 상점은 직접 조회해야 알 수 있습니다.",
    "approve_twice": "두 번 알리기",
    "approve_twice_hint": "승인하고 같은 이벤트를 상점에 두 번 보냅니다.",
    "back": "{merchant}로 돌아가기",
    "status_open": "결제 대기",
    "status_paid": "결제 완료",
    "status_failed": "거절됨",
    "status_cancelled": "취소됨",
    "status_later": "승인 예정",
    "decided_paid": "승인된 결제입니다.",
    "decided_failed": "거절된 결제입니다. 청구된 금액은 없습니다.",
    "decided_cancelled": "상점이 취소한 결제입니다.",
    "decided_later": "이 결제는 {time}에 승인됩니다.",
    "decided_once": "결제는 한 번만 결정할 수 있어, 더 선택할 것이 없습니다.",
    "refunded": "환불 금액",
    "latest": "최근 결제",
    "none_yet": "아직 결제가 없습니다. 상점이 결제를 열면 바로 여기에 나타납니다.",
    "callbacks": "콜백",
    "no_callbacks": "콜백이 없습니다.",
    "no_callbacks_ever": "선택한 대로 콜백을 보내지 않습니다.",
    "delivered": "전달됨",
    "pending": "아직 전달되지 않음",
    "tries_one": "1회 시도",
    "tries": "{count}회 시도",
    "send_again": "다시 보내기",
    "send_again_label": "다시 보내기: {reference}의 {type}",
    "refused": "처리하지 못했습니다",
    "refused_payment_not_found": "없는 결제입니다. 상점으로 돌아가 다시 결제해 주세요.",
    "refused_stale_form": "오래된 양식입니다. 결제 화면을 다시 열어 주세요.",
    "refused_unavailable": "지금은 파일을 쓸 수 없습니다. 결정된 것은 없습니다. 다시 시도해 주세요.",
    "refused_other": "Sandbox Pay가 이해하지 못한 요청입니다. 결정된 것은 없습니다.",
}

WORDS = {"en": ENGLISH, "ko": KOREAN}


def won(amount: int) -> str:
    """An amount as people write it: ₩132,000."""
    return f"₩{amount:,}"


def korea_time(spelling: str) -> str:
    """A stored time as a clock in Seoul shows it, to the second."""
    return moments.read(spelling).astimezone(moments.KOREA).strftime("%H:%M:%S")
