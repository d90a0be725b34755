"""Programs that developers and CI run."""
