"""What changed of records that were synced."""

from connector.entrypoints import run_functions

lambda_handler = run_functions.watch_drift
