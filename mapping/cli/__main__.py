"""Run the command line: ``python -m mapping.cli``."""

from mapping.cli import main

main()
