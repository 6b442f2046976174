"""Position bases: name -> function of (bins, features, basis bins) that attention projects into keys."""

from senformer.model.positions.relative import position_features as relative

POSITIONS = {"relative": relative}
