"""`evireg add …`: one thing at a time, by options, by questions and answers, or out of pasted text."""
