"""Open Referral's HSDS: files of 1.1 to 3.1, ours and others'."""
