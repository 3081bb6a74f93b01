"""What the state machines call for subcontractor invoices."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("subcontractor_invoices")
