"""Text files in another encoding than UTF-8, told by the mark that they begin with."""

UTF16_FOUND = "is UTF-16 text (which spreadsheets call Unicode text)"
AS_UTF8 = "Save it as UTF-8, or run iconv -f UTF-16 -t UTF-8."

_MARKS = (b"\xff\xfe", b"\xfe\xff")


def is_utf16(start: bytes) -> bool:
    r"""Say whether a file that starts so is UTF-16 text.

    Examples
    --------
    >>> is_utf16("id".encode("utf-16")), is_utf16(b"\xef\xbb\xbfid"), is_utf16(b"")
    (True, False, False)
    """
    return start.startswith(_MARKS)
