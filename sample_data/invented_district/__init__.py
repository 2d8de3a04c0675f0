"""A district that does not exist, made up so that every kind of verdict and of bad data can be shown."""
