"""Empties the queue behind the webhook door."""

from connector.entrypoints import webhook_events

lambda_handler = webhook_events.lambda_handler
