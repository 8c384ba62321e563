"""Surveys: our field form, Kobo and ODK exports."""
