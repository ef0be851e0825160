"""What is on sale: concerts, their schedules, seat plans and seats."""
