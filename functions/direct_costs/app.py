"""What the state machines call for direct costs."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("direct_costs")
