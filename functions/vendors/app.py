"""What the state machines call for vendors."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("vendors")
