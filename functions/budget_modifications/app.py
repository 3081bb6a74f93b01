"""What the state machines call for budget modifications."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("budget_modifications")
