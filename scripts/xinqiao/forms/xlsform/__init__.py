"""XLSForm, the standard of ODK and Kobo: workbooks to form files and back."""
