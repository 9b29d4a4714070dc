"""PUBLIC room: composes plain files, runs the two generators, checks what they made."""
