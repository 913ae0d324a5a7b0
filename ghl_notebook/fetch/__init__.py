"""From a client, or a whole agency, to a DataFrame in one call.

Modules are loaded when their functions are first used, so this one imports none.
"""
