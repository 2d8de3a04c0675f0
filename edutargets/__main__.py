"""`python -m edutargets`: the same as the command `edutargets`."""

from edutargets.cli import main

if __name__ == "__main__":
    main()
