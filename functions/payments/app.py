"""What the state machines call for payments."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("payments")
