"""Who is calling."""

from connector.entrypoints import authorizer

lambda_handler = authorizer.lambda_handler
