"""The line: joining, being called, the waiting room, and the right to see seats."""
