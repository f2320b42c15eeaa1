"""What-if: published months settled again under another policy, and what each part of it moves.

What belongs here: mixing two policies cause by cause, settling with each mixture, comparing. What does not: how a case is
priced, which the models of the settlement alone know; and publishing, because nothing here changes a release.
"""

from orchestration.whatif.answer import Answer, Request, what_if
from orchestration.whatif.files import write_answer

__all__ = ["Answer", "Request", "what_if", "write_answer"]
