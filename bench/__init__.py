"""Figures of Frontrow, each printed beside the limit that was measured in the same run."""
