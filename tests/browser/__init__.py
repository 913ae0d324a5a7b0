"""Whole logins in real notebooks in real browsers.

A package, so that its fixtures can have the scope "package": the browsers are gone before the
tests of other folders run.
"""
