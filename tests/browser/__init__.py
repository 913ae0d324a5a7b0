"""Whole logins in real notebooks in real browsers.

Each kind of thing is tested where it can fail, because this is the longest part of the suite:

- a login, and a login that a cell waits for: in every front end in both browsers
  (``test_front_ends``, ``test_marimo``, ``test_voila``), which is the README's table;
- windows, the opener, focus, keyboard, layout and colors: in JupyterLab in both browsers;
- keys, and what is found again after a reload: in Notebook 7 too, which differs in these;
- messages, attacks, kernels, and the life of a notebook: in JupyterLab in Chromium. The page's part
  of them is the same script in every browser, and the rest is in the kernel. What begins in the
  page, as a flood of messages or a window that outlives a reload, is tried in Firefox too.

JupyterLab is as users have it, with all its extensions; the tests open its notebooks by its own
commands (``--expose-app-in-browser``, which JupyterLab's own tests use). A worker keeps one page of
it and opens one notebook after the other there (`kept`). Each test has a kernel of its own, which
is forked from a process that has imported pandas already (`servers.nursery`); those of marimo,
Voila and older releases of ipykernel are started as users start them.
"""
