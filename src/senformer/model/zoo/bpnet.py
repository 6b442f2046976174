"""BPNet: profiles of transcription factors at single bases; ``bpnet`` in ``MODELS``.

Source: Avsec et al. 2021, doi:10.1038/s41588-021-00782-6; kundajelab/bpnet (MIT), idea only.
"""

from senformer.model.kind import ModelKind
from senformer.model.profile_config import ProfileConfig
from senformer.model.profile_model import ProfileModel
from senformer.model.window_config import PLAIN_RECIPE

BPNET = ModelKind(
    name="bpnet",
    summary="Dilated residuals over 1,000 bp: shape and number of the counts of both strands at every base.",
    build=ProfileModel,
    config_class=ProfileConfig,
    defaults={},
    trainer="loop",
    source="Avsec et al. 2021, doi:10.1038/s41588-021-00782-6; kundajelab/bpnet",
    interpretation="DeepLIFT of profile (logits weighted by their softmax) and counts, then TF-MoDISco.",
    recipe={
        **PLAIN_RECIPE,
        "epochs": 200,
        "batch_size": 128,
        "optimizer": "adam",
        "learning_rate": 0.004,
        "eps": 1e-7,
        "loss": "multinomial_mse",
        # 10, of the mean over both strands beside the sum of their profiles.
        "loss_options": {"count_weight": 5.0},
        "select": "valid_loss",
        "stop": {"metric": "valid_loss", "patience": 5},
    },
    variants={
        "one_task": {"heads": {"mouse": 2}, "control_tracks": 0},
        "chip_seq": {"profile_width": 50},
        "dilation_from_one": {"dilations": [2**i for i in range(9)]},
    },
    deviations=(
        "Dilations are 2 to 512, as in the code; some later programs begin at 1: dilations: [1, 2, 4, ...].",
        "A count output is log(1 + counts), as published; below 1 it goes on so that counts stay above 0.",
        "The published loss of a task is the sum of the profiles' of its strands, and 10 times the mean of "
        "their counts'. Here it is the mean over tracks of profile and 5 times counts: half of that, which "
        "Adam's steps do not tell. With strands: 1 the same balance is loss_options: {count_weight: 10}.",
        "Windows moved at random by up to 200 bp, profile and all; here a window stays where the dataset has "
        "it: overlapping windows do the same.",
        "Where profile_width is even (50 in chip_seq), the published transposed convolution has its odd zero "
        "on the other side: profiles of its weights are moved by one base.",
        "The weights of the control track begin at 0 here, so that one that was never given adds nothing.",
    ),
)
