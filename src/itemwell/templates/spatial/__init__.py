"""Item models of the type spatial, one a file."""

from itemwell.templates.model import ItemModel
from itemwell.templates.spatial import (
    cube_net,
    folded_paper,
    mirror,
    missing_piece,
    rolling_die,
    rotation,
    route,
    silhouettes,
    stacked_cubes,
    viewpoint,
)

MODELS: tuple[ItemModel, ...] = (
    rotation.MODEL,
    mirror.MODEL,
    missing_piece.MODEL,
    folded_paper.MODEL,
    cube_net.MODEL,
    rolling_die.MODEL,
    stacked_cubes.MODEL,
    silhouettes.MODEL,
    route.MODEL,
    viewpoint.MODEL,
)
