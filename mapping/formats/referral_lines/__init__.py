"""Exports of referral lines: AIRS and iCarol."""
