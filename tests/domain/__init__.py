"""Tests of the rules of the portal, one module for each module of the domain."""
