"""Socket.IO's packets as a page of ours says them: it comes, it asks, it goes. Anything else is foreign."""

from typing import Any

from socketio import packet

OURS = (packet.CONNECT, packet.DISCONNECT, packet.EVENT)  # we ask no page for an answer, and no page sends files
# What the library tells our own handlers. Whoever could say it would be forgotten while they go on listening.
RESERVED = ("connect", "disconnect")


class Foreign(ValueError):
    """No page of ours says this."""


class Packet(packet.Packet):
    """A packet that is ours or raises Foreign, whatever a client may have thought of."""

    packet_type: int
    data: Any

    def decode(self, encoded_packet: str | bytes) -> int:
        try:
            attachments = super().decode(encoded_packet)
        except (ValueError, RecursionError) as error:
            raise Foreign from error
        if attachments or self.packet_type not in OURS or (self.packet_type == packet.EVENT and not self._is_question):
            raise Foreign
        return 0

    @property
    def _is_question(self) -> bool:
        """Whether it has a name that a page may say. One that nobody knows is passed over: a newer page may say it."""
        return (
            isinstance(self.data, list)
            and len(self.data) > 0
            and isinstance(self.data[0], str)
            and self.data[0] not in RESERVED
        )
