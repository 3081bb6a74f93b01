"""What the state machines call for commitment change orders."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("commitment_change_orders")
