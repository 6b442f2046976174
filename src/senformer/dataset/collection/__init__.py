"""Several genomes in one dataset, each with tracks of its own: one folder that holds a dataset a genome."""

from senformer.dataset.collection.audit import audit_collection
from senformer.dataset.collection.build import build_collection
from senformer.dataset.collection.config import is_collection, member_configs
from senformer.dataset.collection.folder import member_folders

__all__ = ["audit_collection", "build_collection", "is_collection", "member_configs", "member_folders"]
