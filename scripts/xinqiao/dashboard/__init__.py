"""PUBLIC room: released tables become pages, charts, workbooks and data packages."""
