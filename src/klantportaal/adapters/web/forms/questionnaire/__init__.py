"""The forms in which a client fills in, reviews and completes a questionnaire."""
