"""How mails look: the light tokens of static/css/tokens.css, written into each element, as mail programs want it.

Programs that know of the reader's dark get the dark tokens in a block of rules beside.
"""

from markupsafe import Markup

GROUND, SURFACE, RULE, INK, INK_SOFT = "#f8f4ec", "#fffdf8", "#ddd3c1", "#201812", "#5f5345"
AMBER, COFFEE = "#f3a51f", "#1c130a"
FAMILY = "Pretendard,'Apple SD Gothic Neo','Noto Sans KR',system-ui,sans-serif"

STYLES = {
    "body": (
        f"margin:0;padding:24px 12px;background:{GROUND};color:{INK};font:16px/1.55 {FAMILY};"
        "word-break:keep-all;overflow-wrap:anywhere;"
    ),
    "sheet": f"max-width:560px;margin:0 auto;background:{SURFACE};border:1px solid {RULE};border-radius:20px;",
    "inside": "padding:28px 24px;",
    "wordmark": f"margin:0 0 24px;color:{INK};font-weight:700;text-decoration:none;",
    "heading": f"margin:0 0 12px;color:{INK};font-size:26px;line-height:1.2;letter-spacing:-0.02em;",
    "words": f"margin:0 0 12px;color:{INK};",
    "facts": f"width:100%;margin:20px 0;border-top:1px solid {RULE};border-collapse:collapse;",
    "label": (
        f"padding:8px 16px 8px 0;border-bottom:1px solid {RULE};color:{INK_SOFT};font-size:14px;font-weight:400;"
        "text-align:left;vertical-align:top;white-space:nowrap;"
    ),
    "value": f"padding:8px 0;border-bottom:1px solid {RULE};color:{INK};font-variant-numeric:tabular-nums;",
    "button": (
        f"display:inline-block;padding:12px 20px;border-radius:12px;background:{AMBER};color:{COFFEE};"
        "font-weight:640;text-decoration:none;"
    ),
    "link": f"color:{INK};",
}
DARK = {GROUND: "#191410", SURFACE: "#221b16", RULE: "#3d332a", INK: "#f7eee0", INK_SOFT: "#bcad9a"}


def css(name: str) -> Markup:
    """The style and the class of one part of a mail."""
    return Markup('style="{}" class="{}"').format(STYLES[name], name)


def dark() -> Markup:
    """The block of rules for a reader in the dark. They have to outdo the elements' own styles, hence their weight."""
    rules = [f".{name} {{ {said} }}" for name, style in STYLES.items() if (said := _dark(style))]
    return Markup("<style>@media (prefers-color-scheme: dark) {{\n{}\n}}</style>").format(Markup("\n".join(rules)))


def _dark(style: str) -> str:
    """What of a style is another colour in the dark."""
    parts = (part.partition(":") for part in style.split(";") if part)
    return " ".join(
        f"{name}: {value.replace(light, night)} !important;"
        for name, _, value in parts
        for light, night in DARK.items()
        if light in value
    )
