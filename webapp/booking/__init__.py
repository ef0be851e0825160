"""Seats and who holds them: the map, holds, and the orders they make up."""
