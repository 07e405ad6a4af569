"""Mappings for files that nobody knows yet: drafted from what their columns are called and what is in them.

A draft is a start, written for a person to finish: what it cannot know stands in a line marked `# ?`, and no value of
a row ever gets into it.
"""

from opsctl.ingest.drafting.drafts import MAPPINGS, Draft, Drafts, draft
from opsctl.ingest.drafting.project import lines_to_add, project_text
from opsctl.ingest.drafting.words import Words

__all__ = ["MAPPINGS", "Draft", "Drafts", "Words", "draft", "lines_to_add", "project_text"]
