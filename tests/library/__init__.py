"""The library of questionnaires that comes with the package."""
