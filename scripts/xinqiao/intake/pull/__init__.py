"""Answers fetched from other systems: one module a system, and what they have in common."""
