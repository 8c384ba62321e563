"""The small SQLite files beside the directory: inbox, ledger, counts, referral log."""
