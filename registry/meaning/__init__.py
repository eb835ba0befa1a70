"""What a row says its number is: what is compared with what, and which way round.

| module | what it decides |
|---|---|
| `words` | what the words of a group, quote or heading compare: sides of a cutoff, steps, extreme groups |
| `printed` | numbers printed twice: whose interval it is, CI against SE, ratio against log, digits |
| `levels` | which level of a factor a name means, synonyms counted as one |
| `quantity` | which quantity a ratio is: what is equal may be pooled |
| `one_unit` | cutoffs and steps of a factor in one unit |
| `cutoffs` | cutoffs that are words: percentiles, the median, multiples of a limit of normal |
| `measures` | which ratio a heading names |
| `arms` | events per group that point the other way than the ratio |
| `names` | hyphens, accents and letters that make one name look like two; study names that are summary lines |
| `covariates` | the entries of a list of covariates, and the names each goes by |
| `times` | the horizon in the name of an endpoint, and when the clock starts |
| `direction` | the contrast of a row from all that speaks of it, and how that is known |
| `direction_words` | which way round a result is, in words |
"""
