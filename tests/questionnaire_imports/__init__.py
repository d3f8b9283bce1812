"""Tests of the imports of questionnaires."""
