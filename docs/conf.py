"""Sphinx configuration."""

import importlib.metadata

project = "senformer"
author = "The senformer developers"
release = version = importlib.metadata.version("senformer")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"senformer {release}"
html_static_path = ["_static"]
exclude_patterns = ["_build"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False
suppress_warnings = ["misc.highlighting_failure"]
