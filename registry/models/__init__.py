"""The tables: shape and constraints only, one module per subject, read top to bottom as the words of the field."""

from registry.models.attribute import Attribute, AttributeValue
from registry.models.base import REVISION, Base
from registry.models.evidence import Endpoint, Estimate, evidence
from registry.models.factor import Contrast, Cutoff, Factor
from registry.models.ledger import Change, Changeset, Curator
from registry.models.literature import Report, Study, study_report
from registry.models.population import Cohort, Disease, Overlap
from registry.models.synonym import Synonym

__all__ = [
    "REVISION",
    "Attribute",
    "AttributeValue",
    "Base",
    "Change",
    "Changeset",
    "Cohort",
    "Contrast",
    "Curator",
    "Cutoff",
    "Disease",
    "Endpoint",
    "Estimate",
    "Factor",
    "Overlap",
    "Report",
    "Study",
    "Synonym",
    "evidence",
    "study_report",
]
