"""The HTTP API of offices, as both hosts carry it: one table of operations, and what answers a request (AP-1 to AP-6).

``operations`` has the table. ``requests`` is a request and its answer, without a framework. ``office`` answers one.
"""
