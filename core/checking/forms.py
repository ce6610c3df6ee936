"""The form of checking a document."""

import re
from hashlib import sha256

from werkzeug.datastructures import FileStorage
from wtforms import FileField, StringField
from wtforms.validators import ValidationError

from core.web.forms import Form, at_most, say

NOT_A_SHA = "Enter a SHA-256: 64 digits and letters from a to f"
EMPTY = "The file is empty"
NOT_A_PDF = "The file is not a PDF. Choose the PDF as you were given it"

MARK = b"%PDF-"
MARKED_WITHIN = 1024
"""Bytes from the beginning within which a PDF says what it is (ISO 32000-2, annex J)."""


def digest_of(typed: str) -> str:
    """A SHA-256 as it was typed or copied, maybe over two lines; empty when it is none."""
    digits = re.sub(r"[\s·:]", "", typed.lower().removeprefix("sha256:").removeprefix("sha-256:"))
    return digits if re.fullmatch(r"[0-9a-f]{64}", digits) else ""


class CheckForm(Form):
    """A PDF, or the SHA-256 of one. What a file is, its content says, whatever it is called."""

    file = FileField("Choose the PDF")
    sha256 = StringField("Or enter a SHA-256", [at_most(200, "The SHA-256")])

    digest = ""
    """Of what was given, once the form is valid."""

    def validate_file(self, field: FileField) -> None:
        """Read it, as far as it is a PDF. It is not kept."""
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            return
        content = field.data.read()
        if not content:
            raise ValidationError(EMPTY)
        if MARK not in content[:MARKED_WITHIN]:
            raise ValidationError(NOT_A_PDF)
        self.digest = sha256(content).hexdigest()

    def validate_sha256(self, field: StringField) -> None:
        """Take it as it was typed."""
        if field.data and not digest_of(field.data):
            raise ValidationError(NOT_A_SHA)
        self.digest = self.digest or digest_of(field.data or "")

    def check_together(self) -> None:
        """One of the two."""
        if not self.digest and not self.errors:
            say(self.file, "Choose a PDF, or enter its SHA-256")
