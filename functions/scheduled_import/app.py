"""Imports by the clock."""

from connector.entrypoints import run_functions

lambda_handler = run_functions.scheduled_import
