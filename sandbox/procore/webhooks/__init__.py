"""Webhooks: hooks and triggers through the API, deliveries over HTTP in the background."""
