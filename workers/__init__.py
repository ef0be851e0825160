"""Background work: RQ workers, their clock, and one thin file per feature."""
