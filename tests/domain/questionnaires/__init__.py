"""The rules of questionnaires, one module of tests for each module of the engine."""
