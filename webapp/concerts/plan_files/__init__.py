"""Seat plans from files: rows written by hand, and pretix's JSON. Reading one touches nothing but its text."""
