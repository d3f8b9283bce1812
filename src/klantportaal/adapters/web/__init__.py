"""What both hosts share: pages, forms, words, headers, and the map from what went wrong to its status.

A host reads its framework's own request, calls these with plain values, and answers with its framework's own response.
"""
