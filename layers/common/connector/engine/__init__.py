"""What the connector does: send, preview, decide, plan, export, import. Knows ports and declarations only."""
