"""The checksum of TensorFlow's files (checkpoints, TFRecords): CRC32C, rotated and shifted ("masked")."""

from google_crc32c import extend

_DELTA = 0xA282EAD8


def masked(crc: int) -> int:
    """Return a CRC32C as it is stored beside the data it is of."""
    return (((crc >> 15) | (crc << 17)) + _DELTA) & 0xFFFFFFFF


def masked_crc32c(*pieces: bytes) -> int:
    """Return the stored form of the CRC32C of ``pieces``, one after the other."""
    crc = 0
    for piece in pieces:
        crc = extend(crc, piece)
    return masked(crc)
