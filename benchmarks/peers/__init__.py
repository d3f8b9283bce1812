"""What the portal is measured beside: two libraries with sign-in pages, in an environment of their own.

Nothing here imports the portal, because the environment ``.venv/peers`` does not have it. Each peer has one account, a
page that only reads the session, and ``/laatste``, which gives the newest link that it mailed.
"""

ADDRESS = "jan@example.nl"
PASSWORD = "Zeven7kastanjes"
