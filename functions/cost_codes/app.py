"""What the state machines call for cost codes."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("cost_codes")
