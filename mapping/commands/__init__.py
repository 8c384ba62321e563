"""Commands of the command line: one file for each group of verbs, each with an ``app``."""
