"""FHIR R4 Questionnaires to form files and back."""
