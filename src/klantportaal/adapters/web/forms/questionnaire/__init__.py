"""The pages of a questionnaire, as forms."""
