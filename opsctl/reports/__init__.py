"""Reports: one file each; figures become one Report value, which knows nothing of how it will be written."""
