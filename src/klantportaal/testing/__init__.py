"""What vendors test their adapters with: one contract class a port, and fakes for time, secrets, passwords and PDFs.

``contracts`` holds the promises of ``klantportaal.ports``: inherit a class, give its fixture, and pytest does the rest.
``builders`` puts offices, clients, dossiers and what is in them into any storage; ``strategies`` makes hostile input,
and ``filling_in`` questionnaires with what is filled in.
"""
