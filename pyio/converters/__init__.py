"""Other programs' files of models -> ModelArtifacts. Knows no medium: see `pyio.converters.files`."""
