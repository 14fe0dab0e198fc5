"""Files in; documents (clean text with sections and blocks) and passages out. Knows nothing of models or indexes."""
