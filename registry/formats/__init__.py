"""Results and their rows in the forms that other programs read: R, RevMan, spreadsheets, reference managers, FHIR.

`analysed` gathers what one saved query gave; every format is a function of it, and knows no database.
"""
