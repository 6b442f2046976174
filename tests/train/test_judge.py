from dataclasses import replace

from tests.train.toy import settings

from senformer.train.checkpoint import State, best_steps
from senformer.train.judge import after_validation, before_validation, has_stopped_early, without_end


def _found(loss, pearson):
    return {"human": {"valid_loss": loss, "valid_pearson": pearson}}


def _run(config, values):
    state = State(step=0, settings="s")
    states = []
    for step, (loss, pearson) in enumerate(values, 1):
        state = after_validation(state, config, step, _found(loss, pearson))
        states.append(state)
    return states


def test_after_validation__best_by_the_metric_that_selects():
    values = [(3.0, 0.1), (2.0, 0.3), (1.0, 0.2), (1.0, None)]
    found = _run(settings(validate_every_steps=1), values)[-1]
    assert (found.best, found.validated_step) == ({"step": 2, "valid_pearson": 0.3}, 4)
    found = _run(settings(validate_every_steps=1, select="valid_loss"), values)[-1]
    assert found.best == {"step": 3, "valid_loss": 1.0}
    assert found.stop is None
    assert found.plateau is None


def test_has_stopped_early__after_its_patience():
    stop = {"metric": "valid_loss", "patience": 2, "min_delta": 0.1}
    config = settings(validate_every_steps=1, stop=stop)
    states = _run(config, [(3.0, 0.1), (2.95, 0.2), (2.0, 0.3), (2.0, 0.4), (1.99, 0.5)])
    assert [has_stopped_early(state, config) for state in states] == [False, False, False, False, True]
    more = settings(validate_every_steps=1, stop=stop | {"patience": 3})
    assert not has_stopped_early(states[-1], more)
    assert not has_stopped_early(states[-1], settings())
    assert not has_stopped_early(states[-1], settings(validate_every_steps=1, stop={"patience": 1}))


def test_after_validation__plateau_lowers_the_rate():
    options = {"metric": "valid_loss", "patience": 1, "factor": 0.1}
    config = settings(validate_every_steps=1, schedule="plateau", schedule_options=options)
    states = _run(config, [(3.0, 0.1), (3.0, 0.2), (2.0, 0.3)])
    assert [state.plateau["factor"] for state in states] == [1.0, 0.1, 0.1]


def test_after_validation__one_more_than_asked_for_decides_on_the_best_alone():
    stop = {"metric": "valid_loss", "patience": 2}
    options = {"metric": "valid_loss", "patience": 1, "factor": 0.5}
    config = settings(validate_every_steps=2, stop=stop, schedule="plateau", schedule_options=options)
    before = after_validation(State(step=2, settings="s"), config, 2, _found(3.0, 0.1))
    after = after_validation(before, config, 3, _found(4.0, 0.9))
    assert (after.stop, after.plateau) == (before.stop, before.plateau)
    assert (after.best, after.validated_step) == ({"step": 3, "valid_pearson": 0.9}, 3)


def test_after_validation__patience_is_forgotten_while_nothing_stops():
    stop = {"metric": "valid_loss", "patience": 1}
    config = settings(validate_every_steps=1, stop=stop)
    stopped = _run(config, [(3.0, 0.1), (4.0, 0.1)])[-1]
    assert has_stopped_early(stopped, config)
    further = after_validation(stopped, settings(validate_every_steps=1), 3, _found(1.0, 0.2))
    assert not has_stopped_early(further, config)


def test_without_end__takes_up_what_was_before_a_validation_out_of_turn():
    config = settings(validate_every_steps=2)
    due = State(step=4, settings="s", best={"step": 2, "valid_pearson": 0.1}, validated_step=2)
    assert before_validation(due, config, 70) is None
    assert without_end(due) is due
    state = State(step=5, settings="s", best=due.best, validated_step=4, metrics_bytes=60)
    before = before_validation(state, config, 70)
    ended = replace(after_validation(state, config, 5, _found(1.0, 0.9)), before_end=before, metrics_bytes=99)
    assert best_steps(ended) == {5, 2}
    assert without_end(ended) == replace(state, metrics_bytes=70)
