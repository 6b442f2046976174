"""Position bases: name -> function of (bins, features, basis bins) that attention projects into keys."""

from senformer.model.positions.central_mask import position_features as central_mask
from senformer.model.positions.relative import position_features as relative

POSITIONS = {"central_mask": central_mask, "relative": relative}
