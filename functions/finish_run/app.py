"""The end of a wave of exports, or of an import."""

from connector.entrypoints import run_functions

lambda_handler = run_functions.finish_run
