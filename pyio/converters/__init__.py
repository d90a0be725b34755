"""Files of other programs -> ModelArtifacts. It knows no medium: see `pyio.converters.files`."""
