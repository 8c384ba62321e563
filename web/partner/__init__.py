"""The partner portal: find who helps whom, referral cards, referrals, own entries."""
