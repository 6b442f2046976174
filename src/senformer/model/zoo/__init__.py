"""The models: name -> how it is built."""

from senformer.model.kind import ModelKind
from senformer.model.zoo.agentbind import AGENTBIND
from senformer.model.zoo.attentivechrome import ATTENTIVECHROME
from senformer.model.zoo.basenji import BASENJI
from senformer.model.zoo.basenji2 import BASENJI2
from senformer.model.zoo.baskerville import BASKERVILLE
from senformer.model.zoo.basset import BASSET
from senformer.model.zoo.beluga import BELUGA
from senformer.model.zoo.biren import BIREN
from senformer.model.zoo.bpnet import BPNET
from senformer.model.zoo.chromtransfer import CHROMTRANSFER
from senformer.model.zoo.danq import DANQ
from senformer.model.zoo.danq_jaspar import DANQ_JASPAR
from senformer.model.zoo.deepbind import DEEPBIND
from senformer.model.zoo.deepchrome import DEEPCHROME
from senformer.model.zoo.deeper_deepsea import DEEPER_DEEPSEA
from senformer.model.zoo.deepfun import DEEPFUN
from senformer.model.zoo.deepgrn import DEEPGRN
from senformer.model.zoo.deepsea import DEEPSEA
from senformer.model.zoo.deepstarr import DEEPSTARR
from senformer.model.zoo.define_cnn import DEFINE_CNN
from senformer.model.zoo.demo_dashboard import DEMO_DASHBOARD
from senformer.model.zoo.enformer import ENFORMER
from senformer.model.zoo.expecto import EXPECTO
from senformer.model.zoo.gkm_svm import GKM_SVM
from senformer.model.zoo.kmer_svm import KMER_SVM
from senformer.model.zoo.mentr import MENTR
from senformer.model.zoo.mpra_dragonn import MPRA_DRAGONN
from senformer.model.zoo.senformer import SENFORMER
from senformer.model.zoo.speid import SPEID
from senformer.model.zoo.tbinet import TBINET
from senformer.model.zoo.vaishnav_cnn import VAISHNAV_CNN
from senformer.model.zoo.vaishnav_transformer import VAISHNAV_TRANSFORMER
from senformer.model.zoo.xpresso import XPRESSO
from senformer.model.zoo.zrimec2020 import ZRIMEC2020

MODELS: dict[str, ModelKind] = {
    "enformer": ENFORMER,
    "senformer": SENFORMER,
    "baskerville": BASKERVILLE,
    "agentbind": AGENTBIND,
    "attentivechrome": ATTENTIVECHROME,
    "basenji": BASENJI,
    "basenji2": BASENJI2,
    "basset": BASSET,
    "beluga": BELUGA,
    "biren": BIREN,
    "bpnet": BPNET,
    "chromtransfer": CHROMTRANSFER,
    "danq": DANQ,
    "danq_jaspar": DANQ_JASPAR,
    "deepbind": DEEPBIND,
    "deepchrome": DEEPCHROME,
    "deeper_deepsea": DEEPER_DEEPSEA,
    "deepfun": DEEPFUN,
    "deepgrn": DEEPGRN,
    "deepsea": DEEPSEA,
    "deepstarr": DEEPSTARR,
    "define_cnn": DEFINE_CNN,
    "demo_dashboard": DEMO_DASHBOARD,
    "expecto": EXPECTO,
    "mentr": MENTR,
    "mpra_dragonn": MPRA_DRAGONN,
    "speid": SPEID,
    "tbinet": TBINET,
    "vaishnav_cnn": VAISHNAV_CNN,
    "vaishnav_transformer": VAISHNAV_TRANSFORMER,
    "xpresso": XPRESSO,
    "zrimec2020": ZRIMEC2020,
    "kmer_svm": KMER_SVM,
    "gkm_svm": GKM_SVM,
}
