"""PRIVATE room: rows are read, validated, quarantined with counts, and scored."""
