"""The HTTP APIs of offices and of clients, as both hosts carry them (AP-1 to AP-9).

``operations`` and ``client_operations`` have the tables. ``carrying`` carries one operation out. ``office`` and
``client`` know who asks. ``requests`` is a request and its answer, without a framework.
"""
