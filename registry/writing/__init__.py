"""The only code that writes evidence: match by key, create, close and open versions, keep the projection true."""

from registry.vocabulary import AttributeDeclaration
from registry.writing.vocabulary import Entry, add_vocabulary, declare_attributes, read_vocabulary

__all__ = ["AttributeDeclaration", "Entry", "add_vocabulary", "declare_attributes", "read_vocabulary"]
