"""PRIVATE room: counts become safe tables, and nothing leaves before the audit holds."""
