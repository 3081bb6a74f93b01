"""What the state machines call for prime contracts."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("prime_contracts")
