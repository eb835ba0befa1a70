"""The tables: shape and constraints only, one module per subject, read top to bottom as the words of the field."""

from registry.models.attribute import AppraisalTool, Attribute, AttributeValue
from registry.models.base import REVISION, Base
from registry.models.curation import Attachment, AttachmentLink, ColumnMap, Extraction
from registry.models.evidence import Endpoint, Estimate, evidence
from registry.models.factor import Contrast, Cutoff, Factor
from registry.models.ledger import Change, Changeset, Curator, Setting
from registry.models.literature import Report, Study, study_report
from registry.models.population import Cohort, Disease, Overlap
from registry.models.query import Run, SavedQuery
from registry.models.rating import Rating
from registry.models.screening import DoubtfulPair, Reference, Screening
from registry.models.snapshot import Snapshot, SnapshotBucket
from registry.models.synonym import Synonym
from registry.models.triggers import create_triggers, drop_triggers

__all__ = [
    "REVISION",
    "AppraisalTool",
    "Attachment",
    "AttachmentLink",
    "Attribute",
    "AttributeValue",
    "Base",
    "Change",
    "Changeset",
    "Cohort",
    "ColumnMap",
    "Contrast",
    "Curator",
    "Cutoff",
    "Disease",
    "DoubtfulPair",
    "Endpoint",
    "Estimate",
    "Extraction",
    "Factor",
    "Overlap",
    "Rating",
    "Reference",
    "Report",
    "Run",
    "SavedQuery",
    "Screening",
    "Setting",
    "Snapshot",
    "SnapshotBucket",
    "Study",
    "Synonym",
    "create_triggers",
    "drop_triggers",
    "evidence",
    "study_report",
]
