"""The door for Procore's webhooks."""

from connector.entrypoints import procore_webhook

lambda_handler = procore_webhook.lambda_handler
