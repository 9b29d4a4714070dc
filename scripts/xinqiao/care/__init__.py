"""The inbox: what came in for somebody to answer, by when, and who is on duty."""
