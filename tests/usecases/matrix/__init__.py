"""The authorisation matrix: each use case, tried by everybody who must not have access."""
