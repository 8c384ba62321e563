"""Imports, publishing, accounts, backups, settings."""
