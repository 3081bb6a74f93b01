"""What the state machines call for budgets."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("budgets")
