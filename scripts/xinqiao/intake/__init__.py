"""PRIVATE room: every way in ends here, in one store of sealed envelopes."""
