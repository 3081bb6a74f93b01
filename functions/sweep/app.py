"""What webhooks missed and what got stuck."""

from connector.entrypoints import run_functions

lambda_handler = run_functions.sweep
