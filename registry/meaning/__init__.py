"""What a row says its number is: what is compared with what, and which way round.

| module | what it decides |
|---|---|
| `words` | what the words of a group, quote or heading compare: sides of a cutoff, steps, extreme groups |
| `direction` | the contrast of a row from all that speaks of it, and how that is known |
| `direction_words` | which way round a result is, in words |
"""
