"""Exports of other systems to the answers of a form: what each system writes, and how it is tied to the form."""
