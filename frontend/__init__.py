"""The pages, in Dash. Speaks HTTP to the API and nothing else."""
