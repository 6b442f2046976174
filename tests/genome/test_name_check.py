from senformer.genome.name_check import unknown_names


def test_unknown_names__counts_names_and_records():
    names = {"chr1": "1", "chr9": None, "chrUn": None}
    finding = unknown_names(["chr9", "chr9", "chrUn"], names, ["1"], "f line 3", "line")
    assert finding.line == (
        "error[E230]: f line 3: 2 of 3 chromosome names are not in the genome: chr9, chrUn, in 3 lines "
        "(the genome has 1). Rename them, leave them out, or use the genome that the file was made on."
    )
