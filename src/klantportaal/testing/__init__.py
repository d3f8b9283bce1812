"""Test kit for adapters: one contract class per port, and fakes for time, secrets, passwords and PDFs.

``contracts`` tests the promises of ``klantportaal.ports``. Inherit a class, provide its fixture, and run pytest.
``builders`` adds offices, clients, dossiers and their contents to any storage. ``strategies`` generates hostile input.
``filling_in`` generates questionnaires and answers. ``webhooks`` tests a receiver of webhooks.
"""
