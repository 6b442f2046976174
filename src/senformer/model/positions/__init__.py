"""Position bases: name -> function of (distances, features, basis bins) that attention projects into keys."""

from senformer.model.positions.central_mask import position_features as central_mask
from senformer.model.positions.none import position_features as none
from senformer.model.positions.relative import position_features as relative
from senformer.model.positions.table import Basis

POSITIONS: dict[str, Basis] = {"central_mask": central_mask, "none": none, "relative": relative}
