"""Live pages: what is published (messages), and who receives it (sockets)."""
