"""The types that every room shares; knows nobody and imports the standard library alone."""
