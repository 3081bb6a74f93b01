"""The page behind an e-mailed link."""

from connector.entrypoints import approval_link

lambda_handler = approval_link.lambda_handler
