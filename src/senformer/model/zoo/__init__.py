"""The models: name -> how it is built."""

from senformer.model.kind import ModelKind
from senformer.model.zoo.basenji import BASENJI
from senformer.model.zoo.basenji2 import BASENJI2
from senformer.model.zoo.baskerville import BASKERVILLE
from senformer.model.zoo.basset import BASSET
from senformer.model.zoo.beluga import BELUGA
from senformer.model.zoo.bpnet import BPNET
from senformer.model.zoo.danq import DANQ
from senformer.model.zoo.danq_jaspar import DANQ_JASPAR
from senformer.model.zoo.deeper_deepsea import DEEPER_DEEPSEA
from senformer.model.zoo.deepsea import DEEPSEA
from senformer.model.zoo.deepstarr import DEEPSTARR
from senformer.model.zoo.enformer import ENFORMER
from senformer.model.zoo.mpra_dragonn import MPRA_DRAGONN
from senformer.model.zoo.senformer import SENFORMER
from senformer.model.zoo.xpresso import XPRESSO

MODELS: dict[str, ModelKind] = {
    "enformer": ENFORMER,
    "senformer": SENFORMER,
    "baskerville": BASKERVILLE,
    "basenji": BASENJI,
    "basenji2": BASENJI2,
    "basset": BASSET,
    "beluga": BELUGA,
    "bpnet": BPNET,
    "danq": DANQ,
    "danq_jaspar": DANQ_JASPAR,
    "deeper_deepsea": DEEPER_DEEPSEA,
    "deepsea": DEEPSEA,
    "deepstarr": DEEPSTARR,
    "mpra_dragonn": MPRA_DRAGONN,
    "xpresso": XPRESSO,
}
