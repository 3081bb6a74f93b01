"""What the state machines call for prime contract change orders."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("prime_contract_change_orders")
