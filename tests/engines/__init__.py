"""Tests of the array engines."""
