"""Web code that both hosts share: pages, forms, translations, headers, and the map from errors to HTTP statuses.

A host reads its framework's request, calls this code with plain values, and returns its framework's response.
"""
