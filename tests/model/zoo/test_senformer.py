import torch

from senformer.model import create_model


def test_senformer__every_tensor_is_enformers():
    with torch.device("meta"):
        sparse, dense = create_model("senformer"), create_model("enformer")
    shapes = [{k: v.shape for k, v in model.state_dict().items()} for model in (sparse, dense)]
    assert shapes[0] == shapes[1]
    assert sparse.card.parameters == 251_221_292


def test_senformer__pattern_of_the_published_window():
    with torch.device("meta"):
        model = create_model("senformer")
    pattern = model.transformer[4].attention.pattern(1536)
    # 24 blocks: 2 rows of 24, rows 1 and 22 of 4 + 3, 20 rows of 5 + 3.
    assert len(pattern.pairs) == 2 * 24 + 2 * 7 + 20 * 8
    other = model.transformer[5].attention.pattern(1536)
    assert not (pattern.pairs.shape == other.pairs.shape and (pattern.pairs == other.pairs).all())
