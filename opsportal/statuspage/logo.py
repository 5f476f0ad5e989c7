"""Only pictures of pixels: an SVG could carry a script to everybody who opens it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

MOST_BYTES = 200_000
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def checked_logo(given: UploadedFile) -> tuple[bytes, str]:
    """The bytes and their type. Raises ValidationError."""
    if (given.size or 0) > MOST_BYTES:
        raise ValidationError(f"At most {MOST_BYTES // 1000} kB.")
    try:
        with Image.open(given, formats=list(TYPES)) as picture:
            kind = str(picture.format)
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError("That is not a PNG, JPEG or WebP picture.") from error
    given.seek(0)
    return given.read(), TYPES[kind]
