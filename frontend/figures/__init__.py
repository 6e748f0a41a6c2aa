"""Numbers in, plotly figure out; no browser needed to test them."""
