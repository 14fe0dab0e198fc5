"""Reference questions in; measured runs, comparisons, a gate and a report out. Judge-free: no model grades another model."""
