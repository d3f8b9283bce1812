"""The portal's pages: each function asks the portal what its page shows, and renders it."""
