"""The JSON API."""

from connector.entrypoints import api

lambda_handler = api.lambda_handler
