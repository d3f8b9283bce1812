"""The hasher of the measured django-allauth, whose cost the measurement chooses."""

from django.contrib.auth.hashers import BCryptPasswordHasher  # type: ignore[import-not-found, unused-ignore]


class Bcrypt(BCryptPasswordHasher):  # type: ignore[misc]
    """bcrypt, as the portal has it."""
