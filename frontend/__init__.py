"""The pages, in Dash. Speaks HTTP to the API and nothing else.

How a page is made: a module in `frontend/pages/` with a tuple `PAGES` of `router.Page`; it is found by itself. Its
callbacks are declared with `wiring.callback` (async, server) or `wiring.clientside` (a function in `assets/*.js`). Its
figures are pure functions in `frontend/figures/`, shown with `parts.figure_card.figure_card`. Live news arrives in the
stores that `shell.py` lists.
"""
