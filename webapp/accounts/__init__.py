"""People: who they are, and signing in."""
