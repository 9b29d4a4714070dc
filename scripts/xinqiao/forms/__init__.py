"""PUBLIC room: form files become checked forms, pages, table schemas and codebooks."""
