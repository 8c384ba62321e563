"""Passwords of tests guard nothing, and are hashed fast."""

import argon2
import pytest

from web.access import accounts


@pytest.fixture(autouse=True)
def _fast_passwords(monkeypatch):
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_HASHER", hasher)
    monkeypatch.setattr(accounts, "_NOBODY", hasher.hash("nobody has this password"))
