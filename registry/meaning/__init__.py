"""What a row says its number is: what is compared with what, and which way round.

| module | what it decides |
|---|---|
| `words` | what the words of a group, quote or heading compare: sides of a cutoff, steps, extreme groups |
| `printed` | numbers printed twice: whose interval it is, CI against SE, ratio against log, digits |
| `levels` | the names of groups that are no number: which are one level, and which is the other one |
| `cutoffs` | cutoffs that are words: percentiles, the median, multiples of a limit of normal |
| `measures` | which ratio a heading names |
| `arms` | events per group that point the other way than the ratio |
| `direction` | the contrast of a row from all that speaks of it, and how that is known |
"""
