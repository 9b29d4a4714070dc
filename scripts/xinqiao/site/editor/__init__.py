"""The editor in the browser: what can be written, its configuration, the files behind it, its pages."""
