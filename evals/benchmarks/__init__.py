"""Speed, memory and answers of the index beside three other tools, and how they grow: `python -m evals.benchmarks --help`."""
