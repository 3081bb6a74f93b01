"""Procore over its REST API: transport, limits, paging, sync actions, sign-in, identity and webhooks."""
