import pickle

from senformer.core.errors import EXIT_CODES, ConfigError, DataError, SenformerError


def test_line__has_code_place_fault_and_advice():
    fault = DataError("E221", "a.vcf line 3", 'REF is "T", the genome has "G"', "Use --ref-mismatch skip.")
    assert fault.line == 'error[E221]: a.vcf line 3: REF is "T", the genome has "G". Use --ref-mismatch skip.'
    assert fault.exit_code == 65


def test_reduce__crosses_a_process_boundary_unchanged():
    fault = pickle.loads(pickle.dumps(ConfigError("E105", "x.yaml", "unknown key", "Mend it.")))
    assert isinstance(fault, ConfigError)
    assert (fault.code, fault.todo, fault.exit_code) == ("E105", "Mend it.", 78)


def test_exit_codes__every_class_is_documented():
    pending = [SenformerError]
    while pending:
        kind = pending.pop()
        assert kind.exit_code in EXIT_CODES
        pending += kind.__subclasses__()
