"""The catalogue of what an import can find: one stable code each, with its meaning, an example and what to do.

A `Problem` is what a converter or rule returns: it knows the value and not where it stands. The driver adds file,
line and column and makes an `Issue` of it. Errors refuse the file; flags and remarks are reported and stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.terms import Flag


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value, without its place.

    `column` is a contract name or a study characteristic, filled in by whoever knows it. `value` is what the cell says
    all the same, where a curator may confirm that it is printed so.
    """

    code: str
    message: str
    expected: str = ""
    column: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means, an example of a value that draws it, and what to do."""

    meaning: str
    example: str
    remedy: str


ERRORS: dict[str, Explanation] = {
    # the file
    "file-unreadable": Explanation(
        "the path names nothing, or a file that cannot be read",
        "evireg import no-such-file.csv",
        "give the path of a file or folder",
    ),
    "file-empty": Explanation("the file holds nothing", "a file of 0 bytes", "export the table again"),
    "file-kind": Explanation(
        "the file is of a kind evireg does not read, or damaged: an .xls or .ods workbook, a PDF, another archive",
        "evidence.xls",
        "open it in a spreadsheet and save it as an Excel workbook (.xlsx) or as CSV UTF-8",
    ),
    "file-too-large": Explanation(
        "a workbook that unpacks to more than evireg reads: it may be made to fill the memory",
        "a workbook of 1 MB that unpacks to 3 GB",
        "save the table alone as CSV UTF-8",
    ),
    "folder-empty": Explanation(
        "a folder without a file to import", "a folder of PDFs", "put CSV, TSV, .xlsx or .jsonl files into it"
    ),
    "sheet-unknown": Explanation(
        "the workbook has no sheet of this name", "--sheet Tabel1", "one of its sheets, which the message names"
    ),
    "json": Explanation(
        "a line that is no JSON object", '[{"study_key": "kim2016"}]', "write one object a line, without commas between"
    ),
    "json-key": Explanation("a key stands twice in one object", '{"hr": 2.1, "hr": 2.3}', "keep one of them"),
    "json-value": Explanation(
        "a value that is neither text nor number nor null",
        '"covariates": ["age", "sex"]',
        'write it as one text: "covariates": "age; sex"; yes or no for true or false',
    ),
    "encoding": Explanation(
        "a byte that is not UTF-8; the rest of the file was not read",
        "é saved as byte 0xE9 by Windows-1252",
        "save the file as UTF-8 (in a spreadsheet: CSV UTF-8), or name its encoding: --encoding cp1252",
    ),
    "nul-byte": Explanation("a line holds a NUL byte", "OS\\0", "remove it; the export that wrote it may be damaged"),
    "quoting": Explanation(
        "a quotation mark that does not open or close a cell; after one that is never closed nothing can be read",
        '"high" group',
        'put the whole cell in quotation marks and double those inside it: """high"" group"',
    ),
    "row-ragged": Explanation(
        "a row has more or fewer cells than the header",
        "kim2016,NLR,OS under a header of four",
        "quote cells that hold a comma; give every row as many cells as the header",
    ),
    "rows-missing": Explanation("there is a header and no row under it", "study_key,biomarker,endpoint,hr", "add rows"),
    "too-many": Explanation(
        "reading stopped after 10,000 problems", "a column shifted in every row", "correct these and import again"
    ),
    # the header
    "header-place": Explanation(
        "the headings do not stand in the first row: something else stands above them",
        "Table 2. Univariate analysis, in the row above study_key, biomarker, …",
        "delete the rows above the headings",
    ),
    "map-unknown": Explanation(
        "a column map names a heading that the file does not have",
        '--map hr="Hazard ration"',
        "name a heading of the file as it stands there; case and spaces do not matter",
    ),
    "column-unnamed": Explanation("a column has no name", "study_key,,endpoint", "name the column or delete it"),
    "column-repeated": Explanation(
        "two columns mean the same: one name twice, or two names of one column",
        "n and n_patients",
        "keep one of them",
    ),
    "column-unknown": Explanation(
        "a column the import layout does not know",
        "hazard",
        "rename it; or --attributes declares it as a study characteristic; or --ignore COLUMN leaves it out",
    ),
    "column-missing": Explanation(
        "a required column is not there",
        "a file without endpoint",
        "add study_key, biomarker, endpoint, and hr, or log_hr with se_log_hr or its CI, or effect_direction",
    ),
    "column-name": Explanation(
        "a study characteristic whose name could not be used in a condition",
        "follow-up (years)",
        "letters, digits and underscores; not a name the registry uses itself, such as yi or status",
    ),
    "ignore-unknown": Explanation("--ignore names a column the file does not have", "--ignore nots", "check its name"),
    # one cell
    "cell-empty": Explanation("a required cell is empty", "a row without endpoint", "fill it"),
    "number": Explanation("not a number", "NR; 2.1 (1.2-3.4)", "a number with a decimal point; empty when not read"),
    "number-finite": Explanation("nan or infinity", "inf", "leave the cell empty when the number was not read"),
    "number-range": Explanation("too large or too small to be stored exactly enough", "1e999", "check the number"),
    "thousands-separator": Explanation(
        "a comma that may separate thousands or decimals", "hr = 1,077", "write 1077 or 1.077, whichever is printed"
    ),
    "percent-sign": Explanation("a percentage where a plain number belongs", "hr = 95%", "write the number asked for"),
    "excel-date": Explanation(
        "Excel has turned a number or text into a date",
        "1.08-2.27 or 1-2, typed into a cell, became 2 January",
        "format the column as Text, then type what the source prints",
    ),
    "formula": Explanation(
        "the cell holds a formula; evireg computes none and does not trust what was computed before",
        "=EXP(0.42)",
        "copy the cells and paste them as values",
    ),
    "cell-error": Explanation(
        "what a spreadsheet shows where a formula has failed", "#REF!, #N/A", "type the value; empty when not read"
    ),
    "truth-value": Explanation("TRUE or FALSE as Excel keeps it", "adjusted = TRUE", "type the word: yes or no"),
    "merged-cells": Explanation(
        "the cell is merged with another, so that only one of them has a value",
        "one study_key merged over three rows",
        "unmerge the cells and fill each of them",
    ),
    "count": Explanation("not a whole number", "12.5 patients", "a whole number; empty when not read"),
    "count-range": Explanation("a count no study can have", "0 patients", "at least 1 patient; events from 0"),
    "ci-not-positive": Explanation(
        "a ratio, or a bound of its CI, that is not above 0",
        "ci_low = 0.00",
        "a log ratio belongs in log_hr; a bound printed as 0.00 was rounded: leave it empty and give the words in "
        "`quote`, or say in as_printed that it is printed so",
    ),
    "se-not-positive": Explanation("a standard error that is not above 0", "se_log_hr = 0", "check the number"),
    "ci-level-range": Explanation(
        "a CI level outside 50–99.99 percent", "0.95", "write it in percent: 95; empty when the source gives none"
    ),
    "p-value": Explanation("not a p-value", "NS", "0.03, <0.001, <=0.05 or >0.5; empty when not read"),
    "p-range": Explanation(
        "a p-value that cannot be; 0.000 is a smaller one, rounded",
        "p = 1.2; p < 0; p = 0.000",
        "between 0 and 1; for 0.000 the bound that is meant: <0.0005, or the one that is printed",
    ),
    "year-range": Explanation("not a year of publication", "20016", "four digits from 1800 to 2100"),
    "followup-range": Explanation("a negative follow-up", "-3", "months, 0 or more"),
    "word-unknown": Explanation(
        "not a word of a closed vocabulary", "contrast = above_vs_bellow", "one of the words the message lists"
    ),
    "endpoint-unknown": Explanation(
        "an endpoint the registry does not know; the list is closed so that one endpoint has one name",
        "overall survivall",
        "use a known name; a new endpoint is added to the vocabulary once, with its definition: evireg add endpoint",
    ),
    "doi": Explanation("not a DOI", "doi.org/abc", "10.1097/md.0000000000012678, or its https://doi.org/ address"),
    "pmid": Explanation("not a PubMed id", "PMC6076067", "digits only: 29979374"),
    "url": Explanation("not a web address", "pubmed", "an address that starts with https:// or http://"),
    "date": Explanation("not an ISO date or the first part of one", "June 2017", "2017, 2017-06 or 2017-06-30"),
    "unit-unknown": Explanation(
        "not a UCUM unit evireg knows", "ng per ml", "UCUM such as ng/mL, ug/L, 10*9/L; {ULN} or {score}; 1 for a ratio"
    ),
    "text-control": Explanation("a control character in a text", "escape sequences", "remove it"),
    "text-long": Explanation("a name too long to be one", "a paragraph in study_key", "keep it short; text in notes"),
    "as-printed-word": Explanation(
        "as_printed says no, though any word in it confirms that the source prints it so",
        "as_printed = no",
        "leave it empty, or say what is printed: HR outside its CI",
    ),
    # one row
    "unit-missing": Explanation(
        "a cutoff value without unit, of a factor not declared dimensionless",
        "cutoff_value = 550, cutoff_unit empty",
        "give the unit; 1 for a ratio",
    ),
    "dates-reversed": Explanation(
        "recruitment ends before it starts", "recruited_from = 2017, recruited_to = 2015", "check both dates"
    ),
    "hr-outside-ci": Explanation(
        "the ratio is not inside its own CI (a bound equal to it is); beside a log ratio, a CI that is neither the "
        "log's nor the ratio's: neither lies midway in it, or either may",
        "0.01 (0.05–0.5); log_hr = 0.40 with 0.10 to 0.95",
        "correct the slip; if the source prints it so, say so in as_printed: it is stored as disputed, never pooled",
    ),
    "ci-reversed": Explanation(
        "the lower bound is above the upper", "2.1 (3.4–1.2)", "swap them, or say in as_printed that it is printed so"
    ),
    "ci-width-zero": Explanation(
        "both bounds are the same number", "2.1 (2.1–2.1)", "correct it, or say in as_printed that it is printed so"
    ),
    "se-contradicts-ci": Explanation(
        "the standard error is not that of the CI: they differ by more than 15 % beyond what rounding allows. The "
        "message names the slip that would explain it: the SE of the HR itself, a log10 scale, a variance, half the "
        "width, an interval of another level",
        "2.15 (1.74–2.66) with se_log_hr = 0.233, which is 2.15 × 0.108",
        "give the SE of the log ratio; if both are printed so, say so in as_printed: it is stored, and pooled once "
        "`trust` says which of them counts (evireg amend KEY trust=ci)",
    ),
    "log-contradicts-ratio": Explanation(
        "log_hr is not the natural log of hr, beyond what rounding allows",
        "hr = 2, log_hr = 0.30",
        "is it a log10? give one of them, or say in as_printed that both are printed so: it is stored as disputed",
    ),
    "counts-impossible": Explanation(
        "counts that cannot hold together", "120 events in 100 patients", "check both, or confirm them in as_printed"
    ),
    "direction-contradicts": Explanation(
        "what a row says of the groups compared contradicts itself, one against one: contrast, cutoff_operator, the "
        "words of the groups and of the quote each say which side is the index group. as_printed does not settle it",
        "contrast = above_vs_below, cutoff_operator = <",
        "correct the one that is wrong; contrast = unclear where the source does not decide it",
    ),
    "step-contradicts": Explanation(
        "the words of a group, the quote or the heading name a step of a continuous factor that goes down, or is not "
        "the step in cutoff_value; or a quote or heading names one beside an operator, which is of two groups",
        "reference_group = per 1 g/dL decrease; cutoff_value = 250 beside per 1 U/L increase",
        "give the step up, with 1/ratio and its bounds; correct what is wrong; where a quote or heading is of "
        "something else, say what is compared in contrast",
    ),
    "summary-row": Explanation(
        "the study of the row is no study but a line that sums up others",
        "study_key = Overall (I2 = 71%)",
        "delete the row; or, if a study is really called so, say in as_printed that it is printed so",
    ),
    "name-ambiguous": Explanation(
        "a word that is a short name in capitals and means something else in small letters",
        "disease = all",
        "write ALL or acute lymphoblastic leukemia; leave the cell empty for every disease",
    ),
    "unit-of-another-factor": Explanation(
        "a factor named by a short name or synonym, with a unit its cutoffs cannot have: another factor may be meant",
        "PCT in %, which is plateletcrit, where PCT stands for procalcitonin in ng/mL",
        "write the full name the message gives, or that of the factor that is meant; or correct the unit",
    ),
    "horizon-contradicts": Explanation(
        "horizon_days is not the time in the name of the endpoint",
        "30-day mortality with horizon_days = 100",
        "keep one of them",
    ),
    # the whole file
    "key-repeated": Explanation(
        "two rows have the key of one estimate and say different things",
        "the same study, factor and endpoint with HR 2.1 and 2.3",
        "say what sets them apart: cohort, timepoint, cutoff, adjusted, covariates or source_locator; or delete one",
    ),
    "study-contradicts": Explanation(
        "two rows give one study different reports", "year 2015 and 2016", "one value per study_key"
    ),
    "cohort-contradicts": Explanation(
        "two rows give one cohort different populations",
        "country Japan and China",
        "one value per cohort; name the cohorts when they are two",
    ),
    "report-contradicts": Explanation(
        "two rows give one report different particulars", "one DOI, two PMIDs", "one value per DOI and per PMID"
    ),
    "attribute-contradicts": Explanation(
        "two rows give one study or cohort different values of a characteristic declared for it",
        "product_source commercial and academic in one cohort",
        "name the cohorts when they are two; --attributes declares the characteristic anew, per estimate",
    ),
    # an edited export
    "key-unknown": Explanation(
        "a row of an edited export names an estimate the registry does not hold",
        "key = kim2016/OS/00000000",
        "a row that is new has an empty key and an empty version; else export again",
    ),
    "version-unknown": Explanation(
        "the version in a row of an edited export is empty, or none the estimate ever had",
        "a version retyped by hand",
        "copy it from the export, or export again",
    ),
    "edit-refused": Explanation(
        "an edit of an export that cannot be carried out",
        "a row moved to a cohort the registry does not have",
        "what the message says",
    ),
    "conflict": Explanation(
        "the registry holds other values under the same key",
        "HR 2.1 stored, 2.3 in the file",
        "correct the file, or change what is stored with amend",
    ),
}

#: Remarks of the import alone: reported once, refused never.
REMARKS: dict[str, Explanation] = {
    "semicolons": Explanation(
        "semicolons separate the cells, as European Excel writes CSV", "study_key;biomarker;endpoint;hr", "nothing"
    ),
    "sheet-chosen": Explanation(
        "the workbook has several sheets, and one was read", "Sheet1 and Notes", "--sheet NAME reads another"
    ),
    "hidden": Explanation(
        "rows or columns that Excel hides; they are read like any other", "a filter", "delete them if they do not count"
    ),
    "file-passed-over": Explanation(
        "a file of the folder that is no table evireg reads", "protocol.pdf beside the tables", "nothing"
    ),
    "decimal-comma": Explanation(
        "a comma or raised point read as decimal point; the printed text is kept", "2,15 is read as 2.15", "nothing"
    ),
    "thousands-grouped": Explanation(
        "digits in groups of three, where only one number can be meant",
        "1,077 patients are read as 1077",
        "nothing",
    ),
    "row-repeated": Explanation(
        "a row says the same as an earlier one; it is counted as unchanged", "a pasted row", "delete it when you can"
    ),
    "name-near": Explanation(
        "a new factor or disease whose name is close to a known one", "ferritine", "if it is the same, use one name"
    ),
    "ci-of-log": Explanation(
        "the CI is of the log ratio, which lies midway in it; its bounds are kept as those of the ratio, their text as "
        "printed",
        "log_hr = 0.40, CI 0.10 to 0.70, which is 1.11 to 2.01 of the ratio",
        "nothing",
    ),
    "direction-outvoted": Explanation(
        "of what a row says of the groups compared, most agrees and one contradicts: the contrast goes by the most",
        "above_vs_below, cutoff_operator = <, reference_group = albumin >= 3.5 is read as below against above",
        "compare with the source, and correct the one that is wrong",
    ),
    "words-decide": Explanation(
        "the words of a group name a step or extreme groups, and the contrast said two groups beside a cutoff",
        "above_vs_below with reference_group = per 1 U/L increase is read as per unit",
        "correct the contrast",
    ),
    "direction-unclear": Explanation(
        "rows of the file do not say what is compared with what; they are stored as unclear, and pooled with no others",
        "no contrast, no cutoff_operator, no words of the groups",
        "--read-as high-vs-low or --read-as low-vs-high says it once for the file; or fill in contrast",
    ),
    "measure-unclear": Explanation(
        "rows of the file do not say which ratio they give; they are stored as unclear, and never pooled with hazard "
        "ratios",
        "a column est, and no measure",
        "--set measure=hr (or: cause_specific_hr, subdistribution_hr, rr, or) says it once for the file",
    ),
    "stored-otherwise": Explanation(
        "an earlier version of evireg stored this row under another contrast, measure or list of covariates; it is "
        "recognised and counted as unchanged",
        "cutoff_operator = < was stored as above_vs_below",
        "amend it as the message says",
    ),
    "cutoff-in-words": Explanation(
        "a cutoff in multiples of a limit of normal or in percentiles is no value of the factor; it is kept in words",
        "cutoff_value = 1.5, cutoff_unit = {ULN}",
        "nothing",
    ),
    "study-near": Explanation(
        "two studies whose names differ in case, accents, commas, dashes or et al. alone",
        "Kim et al. 2016 beside Kim 2016",
        "if it is the same study, use one name; if not, nothing",
    ),
    "attribute-narrowed": Explanation(
        "a study characteristic declared for cohorts differs within one; with --attributes it is now one of estimates",
        "review_key, when a second review reports the same cohort",
        "nothing; values stored before are kept",
    ),
    "covariates-unadjusted": Explanation(
        "adjusted says no and covariates are listed", "adjusted = no, covariates = age", "check which of them is right"
    ),
}

#: Flags travel with the estimate; those of broken hard rules are errors unless as_printed confirms them.
FLAGS: dict[str, Explanation] = {
    flag.value: Explanation(f"{flag.label}: {flag.definition}", "", "compare with the source")
    for flag in Flag
    if flag.value not in ERRORS
}

CATALOGUE: dict[str, Explanation] = {**ERRORS, **REMARKS, **FLAGS}
