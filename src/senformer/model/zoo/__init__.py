"""The models: name -> how it is built."""

from senformer.model.zoo.baskerville import BASKERVILLE
from senformer.model.zoo.enformer import ENFORMER
from senformer.model.zoo.senformer import SENFORMER

MODELS = {"enformer": ENFORMER, "senformer": SENFORMER, "baskerville": BASKERVILLE}
