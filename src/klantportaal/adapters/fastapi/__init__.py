"""The host for FastAPI: `pages` gives a router to include in any application, under any prefix."""
