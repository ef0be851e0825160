"""The JSON API for programs: the verbs of the pages behind bearer tokens, and the document that describes it."""
