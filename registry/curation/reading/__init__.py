"""The grammar of printed results: pure functions from words to what they say, each with its place in the text."""
