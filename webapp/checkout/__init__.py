"""Money: payments, providers, points, tickets."""
