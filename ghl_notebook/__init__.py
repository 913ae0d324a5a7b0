"""Connect social accounts through GoHighLevel's Social Planner in a notebook, as DataFrames.

`__init__.pyi` lists the public names; each one is loaded when it is first used:

>>> import ghl_notebook as ghl
>>> client = ghl.demo()
>>> ghl.fetch_accounts(client).columns[:3].to_list()
['id', 'platform', 'type']
"""

import lazy_loader as _lazy_loader

__version__ = "0.1.0"

_load, __dir__, __all__ = _lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name):
    if name in __all__:
        try:
            return _load(name)
        except OSError as error:
            from .guard import out_of_files

            raise out_of_files(error) or error from None
    hint = ""
    if name[:1].isupper():
        for module in (_load("errors"), _load("models")):
            if name in module.__all__:
                hint = f" Did you mean {module.__name__}.{name}?"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}.{hint}")
