"""The closed vocabularies: each a `Term`, whose members carry a label for the screen and a definition.

What users may extend (factors, diseases, endpoints, attributes) is data in the registry, not code; see
`seeds/vocabulary/`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

#: What stands in place of a value that nobody states.
NOT_STATED = "not stated"


class Term(StrEnum):
    """A word of a closed vocabulary: its value, a `label` for the screen and its `definition`."""

    label: str
    definition: str

    def __new__(cls, value: str, label: str = "", definition: str = "") -> Self:
        """Make the member; label defaults to the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        member.definition = definition
        return member


class Adjusted(Term):
    """Whether the estimate is adjusted for covariates. Empty input means not read: unclear."""

    YES = "yes", "adjusted", "estimated with covariates in the model"
    NO = "no", "unadjusted", "estimated without covariates"
    UNCLEAR = "unclear", "unclear", "the source does not say, or it was not read"


class Origin(Term):
    """Where the number comes from."""

    REPORTED = "reported", "reported", "printed in the source"
    DERIVED = "derived", "derived", "computed by the curator from other printed numbers"
    RECONSTRUCTED = "reconstructed", "reconstructed", "rebuilt from a published curve"
    SIMULATED = "simulated", "simulated", "invented; never evidence, never pooled with real rows"


class Status(Term):
    """Where an estimate stands in review."""

    EXTRACTED = "extracted", "extracted", "entered by one curator"
    CHECKED = "checked", "checked", "compared with the source by a second curator"
    ACCEPTED = "accepted", "accepted", "checked, with locator and quote"
    DISPUTED = "disputed", "disputed", "printed so, but breaks a hard rule or is questioned; never pooled"
    EXCLUDED = "excluded", "excluded", "left out by a curator, with a reason"


class Derivation(Term):
    """How yi and vi were got from the reported numbers."""

    CI = "ci", "from HR and CI", "log of the ratio; SE from the width of its CI at the stored level"
    SE = "se", "from log HR and SE", "log ratio and standard error as reported"
    P = "p", "from HR and p", "SE from an exact two-sided p-value of a named test; only with --allow p-derived"
    NONE = "none", "not poolable", "the reported numbers give no standard error"


class NotPoolable(Term):
    """Why an estimate has no place in a pool as it stands."""

    DISPUTED = "disputed", "disputed", "breaks a hard rule as printed, or is questioned by a curator"
    DIRECTION_ONLY = "direction-only", "direction only", "the text states a direction and no ratio"
    NO_RATIO = "no-ratio", "no ratio", "the text gives no ratio"
    NO_INTERVAL = "no-interval", "no CI and no SE", "a ratio without CI, SE or usable p-value"
    ONE_BOUND = "one-bound", "one bound only", "a ratio with one bound of its CI"
    P_DERIVED = "p-derived", "SE from p only", "a ratio whose SE follows from its p-value alone; --allow p-derived"
    P_ABOVE_HALF = (
        "p-above-half",
        "p too large to give an SE",
        "rounding of what is printed could change the SE by more than 20 %",
    )
    DIRECTION = "direction", "direction contradicts itself", "what it says of the groups compared does not agree"
    NUMBERS = "numbers", "CI and SE disagree", "as printed; a curator has to say which counts: trust=ci or trust=se"


class ContrastKind(Term):
    """What is compared with what; fixes the direction of the ratio."""

    ABOVE_VS_BELOW = "above_vs_below", "above vs below", "patients above the cutoff against those below"
    BELOW_VS_ABOVE = (
        "below_vs_above",
        "below vs above",
        "patients below the cutoff against those above; a pool inverts it",
    )
    PER_UNIT = "per_unit", "per unit", "per one unit more of the factor"
    PER_DOUBLING = "per_doubling", "per doubling", "per doubling of the factor"
    PER_SD = "per_sd", "per SD", "per one standard deviation more of the factor"
    CATEGORY = "category", "category", "one named category against another"
    UNCLEAR = "unclear", "unclear", "the source does not say"
    EXTREMES = "extremes", "extreme groups", "the top group against the bottom one, those between left out"


class ContrastBasis(Term):
    """How it is known what is compared with what."""

    STATED = "stated", "stated", "the row says it: contrast, groups or the words of the source"
    OPERATOR = "operator", "from the operator", "the row gives the side of the cutoff that is the index group"
    FILE = "file", "from the heading", "a heading of the file says it for every row"
    ASSUMED = "assumed", "assumed", "a curator said once how a file is to be read"


class FactorScale(Term):
    """On which scale of the factor the step of a continuous ratio is taken."""

    RAW = "raw", "untransformed", "in the unit of the factor"
    LN = "ln", "ln", "natural logarithm"
    LOG2 = "log2", "log2", "logarithm to base 2"
    LOG10 = "log10", "log10", "logarithm to base 10"


class Trust(Term):
    """Which printed number counts where the CI and the standard error disagree."""

    CI = "ci", "the CI", "the curator's word that the CI is right"
    SE = "se", "the standard error", "the curator's word that the standard error is right"


class Doubtful(Term):
    """What becomes of doubtful estimates in an analysis."""

    KEEP = "keep", "kept", "they stay, and what they do to the result is said"
    EXCLUDE = "exclude", "left out", "those that a rule blind to the result doubts are left out"


class ReadAs(Term):
    """Which way round a ratio is read."""

    HIGH_VS_LOW = "high-vs-low", "high vs low", "the group with more of the factor against the other"
    LOW_VS_HIGH = "low-vs-high", "low vs high", "the group with less of the factor against the other"


class CutoffOperator(Term):
    """Which side of the threshold is the index group."""

    GT = ">", ">", "above the value"
    GE = ">=", "≥", "at or above the value"
    LT = "<", "<", "below the value"
    LE = "<=", "≤", "at or below the value"


class CutoffMethod(Term):
    """How the threshold was chosen."""

    PRESPECIFIED = "prespecified", "prespecified", "fixed before the data were seen"
    MEDIAN = "median", "median", "the sample median"
    QUANTILE = "quantile", "quantile", "another sample quantile"
    ROC = "roc", "ROC", "chosen on a ROC curve of the same data"
    MIN_P = "min_p", "minimal p", "the threshold with the smallest p-value in the same data"
    DATA_DRIVEN = "data_driven", "data-driven", "chosen on the same data in another or unnamed way"
    UNCLEAR = "unclear", "unclear", "the source does not say"
    REFERENCE_LIMIT = "reference_limit", "limit of normal", "a multiple of the laboratory's limit of normal"


#: Cutoffs chosen to fit the outcome; their ratios are biased away from 1 (Altman 1994, 10.1093/jnci/86.11.829).
DATA_DRIVEN_CUTOFFS = frozenset({CutoffMethod.ROC, CutoffMethod.MIN_P, CutoffMethod.DATA_DRIVEN})


class Measure(Term):
    """Which ratio was reported."""

    HR = "hr", "hazard ratio", "ratio of hazards, all-cause or composite event"
    CAUSE_SPECIFIC_HR = "cause_specific_hr", "cause-specific hazard ratio", "competing events censored"
    SUBDISTRIBUTION_HR = "subdistribution_hr", "subdistribution hazard ratio", "Fine and Gray 1999"
    RR = "rr", "relative risk", "ratio of risks, or printed as relative risk"
    OR = "or", "odds ratio", "ratio of odds"
    UNCLEAR = "unclear", "ratio of an unnamed kind", "the source does not say, or it was not read"


class CiType(Term):
    """How the reported interval was computed."""

    WALD = "wald", "Wald", "symmetric on the log scale"
    PROFILE = "profile", "profile likelihood", "need not be symmetric on the log scale"
    BOOTSTRAP = "bootstrap", "bootstrap", "need not be symmetric on the log scale"
    FIRTH = "firth", "Firth", "penalised likelihood"
    ROBUST = "robust", "robust", "sandwich standard error"
    T = "t", "t", "quantile of a t distribution"


class POperator(Term):
    """How the p-value is printed."""

    EQ = "=", "=", "exact"
    LT = "<", "<", "an upper bound"
    LE = "<=", "≤", "an upper bound"
    GT = ">", ">", "a lower bound"
    GE = ">=", "≥", "a lower bound"


class PTest(Term):
    """The test behind a p-value."""

    WALD = "wald", "Wald", "of the coefficient"
    LOGRANK = "logrank", "log-rank", "of the survival curves"
    LR = "lr", "likelihood ratio", "of the models"
    UNCLEAR = "unclear", "unclear", "the source does not say"


class EffectDirection(Term):
    """What a text states without a usable number."""

    WORSE = "worse", "worse", "the index group fares worse"
    BETTER = "better", "better", "the index group fares better"
    NONE = "none", "none", "no association is stated"


class SourceKind(Term):
    """What kind of document a number was read in."""

    ARTICLE = "article", "article", "journal article, full text or its abstract"
    ABSTRACT = "abstract", "abstract", "meeting abstract"
    DATA_SET = "data set", "data set", "published data"
    REVIEW = "review", "review", "another review that reports the study"
    NEWS = "news", "news", "press or news text"


class OverlapKind(Term):
    """How two cohorts share patients."""

    SAME = "same", "same", "the same patients"
    SUBSET = "subset", "subset", "one is part of the other"
    PARTIAL = "partial", "partial", "some patients are in both"
    SUSPECTED = "suspected", "suspected", "sharing is likely and not settled"
    DISMISSED = "dismissed", "dismissed", "looked into: they share no patients"


class ExtractionState(Term):
    """Where a second, independent extraction stands."""

    OPEN = "open", "open", "not compared yet, or the two disagree"
    AGREED = "agreed", "agreed", "both curators read the same"
    SETTLED = "settled", "settled", "they disagreed and an adjudicator chose"


class FoundBy(Term):
    """By which way a reference was found; PRISMA 2020 keeps databases and registers apart from all other methods."""

    DATABASE = "database", "databases", "a search of a bibliographic database"
    REGISTER = "register", "registers", "a search of a register of trials or studies"
    WEBSITE = "website", "websites", "a search of a web site"
    ORGANISATION = "organisation", "organisations", "asked for at, or sent by, an organisation"
    CITATION = "citation", "citation searching", "cited by, or citing, a report"
    OTHER = "other", "other methods", "in any other way"


class ReferenceKind(Term):
    """What a reference is; a notice about a report is never the report itself."""

    ARTICLE = "article", "article", "journal article"
    ABSTRACT = "abstract", "meeting abstract", "abstract of a meeting"
    PREPRINT = "preprint", "preprint", "posted before review by peers"
    CORRECTION = "correction", "correction", "erratum or corrigendum of another report"
    RETRACTION = "retraction", "retraction notice", "notice that another report is retracted, or of concern about it"
    COMMENT = "comment", "comment", "comment on, or reply to, another report"
    BOOK = "book", "book or chapter"
    THESIS = "thesis", "thesis"
    TRIAL = "trial registration", "trial registration", "entry in a register of trials"
    OTHER = "other", "other"


#: References that are about another report.
NOTICES = frozenset({ReferenceKind.CORRECTION, ReferenceKind.RETRACTION, ReferenceKind.COMMENT})


class DuplicateRule(Term):
    """Why two references are taken to be one."""

    DOI = "doi", "same DOI", "same DOI, and titles that do not contradict it"
    PMID = "pmid", "same PMID", "same PMID, and titles that do not contradict it"
    TITLE = "title", "same title, author and year", "but for spelling, and nothing else speaks against it"
    PLACE = "place", "same place in the journal", "volume, first page, year and first author, with a similar title"
    CURATOR = "curator", "a curator's decision", "decided by a curator"


class ScreeningStage(Term):
    """At which stage a reference was looked at."""

    TITLE = "title", "title and abstract", "by title and abstract"
    FULL_TEXT = "full_text", "full text", "by the full report"


class ScreeningDecision(Term):
    """What was decided."""

    INCLUDE = "include", "include", "goes on to the next stage, or into the review"
    EXCLUDE = "exclude", "exclude", "left out, with a reason"
    NOT_RETRIEVED = "not_retrieved", "not retrieved", "the full report could not be had"


class GradeDomain(Term):
    """A domain of GRADE: five can lower the certainty of evidence, two can raise it."""

    RISK_OF_BIAS = "risk_of_bias", "risk of bias", "limitations of the studies"
    INCONSISTENCY = "inconsistency", "inconsistency", "results that differ for no known reason"
    INDIRECTNESS = "indirectness", "indirectness", "other patients, factors, cutoffs or endpoints than were asked about"
    IMPRECISION = "imprecision", "imprecision", "an interval too wide, or too few patients and events, to decide on"
    PUBLICATION_BIAS = "publication_bias", "publication bias", "studies or results that were not published"
    LARGE_EFFECT = "large_effect", "large effect", "a ratio that bias alone can hardly make"
    EXPOSURE_RESPONSE = (
        "exposure_response",
        "exposure-response gradient",
        "the more of the factor, the larger the ratio",
    )


class GradeJudgement(Term):
    """What is judged of a domain of GRADE, and by how many levels it moves the certainty."""

    NONE = "none", "none", "no reason to move the certainty"
    SERIOUS = "serious", "serious", "one level down"
    VERY_SERIOUS = "very_serious", "very serious", "two levels down"
    LARGE = "large", "large", "one level up"
    VERY_LARGE = "very_large", "very large", "two levels up"
    PRESENT = "present", "present", "one level up"


class AttributeType(Term):
    """The type of a study characteristic."""

    TEXT = "text"
    NUMBER = "number"
    CATEGORY = "category", "category", "one of the declared levels"


class AttributeLevel(Term):
    """What a study characteristic belongs to."""

    STUDY = "study"
    COHORT = "cohort"
    ESTIMATE = "estimate"


class Flag(Term):
    """A remark on an estimate that travels with it into `list`, `show` and under each pool that uses it."""

    OFF_CENTRE = "off-centre", "HR not midway in its CI", "beyond what rounding of the printed digits allows"
    P_CONTRADICTS = "p-contradicts-ci", "p contradicts the CI", "the printed p-value does not agree with the CI"
    LEVEL_ASSUMED = "ci-level-assumed", "CI level assumed", "the source gives no level; 95 % was taken"
    DATA_DRIVEN_CUTOFF = "data-driven-cutoff", "data-driven cutoff", "chosen on the outcome: biased away from 1"
    P_TEST_UNCLEAR = "p-test-unclear", "test behind p unclear", "SE derived from a p-value of an unnamed test"
    SE_CONTRADICTS = "se-contradicts-ci", "SE contradicts the CI", "printed so; a curator says which counts"
    LOG_CONTRADICTS = "log-contradicts-ratio", "log ratio is not the log of the ratio", "printed so; never pooled"
    COUNTS_OPPOSE = "counts-oppose", "counts point the other way", "more of the other group had the event"
    OUTSIDE_CI = "hr-outside-ci", "HR outside its CI", "printed so; stored as disputed"
    CI_REVERSED = "ci-reversed", "CI bounds reversed", "printed so; stored as disputed"
    CI_WIDTH_ZERO = "ci-width-zero", "CI of width 0", "printed so; stored as disputed"
    CI_NOT_POSITIVE = "ci-not-positive", "ratio or bound not above 0", "printed so; stored as disputed"
    CI_LEVEL_RANGE = "ci-level-range", "CI level outside 50–99.99", "printed so; stored as disputed"


class Allow(Term):
    """What a selection or a pool refuses or leaves out unless told; each is said in every output that used it."""

    MIXED_ADJUSTMENT = (
        "mixed-adjustment",
        "estimates pooled whether adjusted or not",
        "they estimate different ratios: a ratio shrinks or grows with the covariates in the model",
    )
    MIXED_CATEGORIES = (
        "mixed-categories",
        "category contrasts pooled although worded differently",
        "the curator's word that the levels compared are the same",
    )
    P_DERIVED = (
        "p-derived",
        "standard errors derived from p-values",
        "as exact as the printed p-value, and only as apt as the test behind it",
    )
    SAME_RESULTS = (
        "same-results",
        "estimates with the same numbers pooled as different studies",
        "the curator's word that they are different patients all the same",
    )
    SELECTION_ON_RESULTS = (
        "selection-on-results",
        "selected by the result itself",
        "choosing estimates by their size or their p-value biases the pool",
    )
