"""Word documents become drafts: what a page can hold is taken over, all else is named with its place."""
