import numpy as np

from senformer.variants.indels import INDELS, IndelPlace


def test_words__one_string_as_it_is():
    words, place = INDELS["words"], IndelPlace(0, 7, 9)
    assert (words.anchors, words.reads_strings) == ((), True)
    genome, other, read = np.zeros((1, 2)), np.ones((1, 2)), np.array([2.0])
    assert words.combine(genome, [other], place) is other
    assert words.weigh([other[:, 0]], read, place) == [read]


def test_indels__windows_are_read_by_all_others():
    assert [name for name, indels in INDELS.items() if indels.reads_strings] == ["words"]
