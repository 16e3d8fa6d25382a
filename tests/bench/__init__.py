"""What lanchat costs, in ratios against what runs beside it in the same minute: `python -m tests.bench`."""
