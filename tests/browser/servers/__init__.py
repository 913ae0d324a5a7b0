"""The servers of each front end, as programs that a user or an operator starts."""
