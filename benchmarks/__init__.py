"""One command each: prints a table, ends with one line, writes JSON, exits 1 where a wanted number is missed."""
