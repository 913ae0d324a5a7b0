"""From a client, or a whole agency, to a DataFrame in one call.

Each module is loaded when one of its functions is first used: none is imported here.
"""
