"""Run the command line: ``python -m mapping.cli``."""

from mapping.cli import main

if __name__ == "__main__":  # a process of its own for analyses reads this too
    main()
