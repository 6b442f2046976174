from senformer.core.checksum import masked, masked_crc32c


def test_masked_crc32c__known_values():
    # CRC32C of "123456789" is 0xE3069283; LevelDB's own test: the mask changes a value, and twice again.
    assert masked_crc32c(b"123456789") == masked(0xE3069283)
    assert masked_crc32c(b"1234", b"56789") == masked(0xE3069283)
    assert masked(0) == 0xA282EAD8
