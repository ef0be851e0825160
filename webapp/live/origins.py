"""Whose pages may open a socket: our own, under whichever of its names a proxy in front has let through."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

USUAL_PORTS = {"http": ":80", "https": ":443"}  # which a browser leaves out of an origin


def ours(public_url: str) -> Callable[[str, dict[str, Any]], bool]:
    """Whether a browser's `Origin` is the public address, or the host that was asked, under a scheme it may have had.

    Where TLS ends further out, the browser's https has become http by the time a request is here.
    """
    public = urlsplit(public_url)
    address = f"{public.scheme}://{public.netloc.lower().removesuffix(USUAL_PORTS[public.scheme])}"

    def accepts(origin: str, environ: dict[str, Any]) -> bool:
        hosts = {environ.get("HTTP_HOST"), _first(environ, "HTTP_X_FORWARDED_HOST")} - {None, ""}
        schemes = {public.scheme, environ["wsgi.url_scheme"], _first(environ, "HTTP_X_FORWARDED_PROTO")}
        return origin == address or origin in {f"{scheme}://{host}" for scheme in schemes for host in hosts}

    return accepts


def _first(environ: dict[str, Any], header: str) -> str:
    return str(environ.get(header, "")).split(",")[0].strip()
