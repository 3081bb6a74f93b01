"""What the state machines call for sub jobs."""

from connector.entrypoints.object_function import handler_for

lambda_handler = handler_for("sub_jobs")
