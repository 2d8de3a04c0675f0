"""Chenghu as it could be: a district made up for the plan whose names and years were overwritten."""
