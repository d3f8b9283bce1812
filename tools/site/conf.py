"""The settings of Sphinx for the site of the documentation: `make docs`.

The pages are docs/*.md, as they are. The pages of docs/api are written at the start, from the code.
"""

import klantportaal

project = "klantportaal"
author = "the maintainers of klantportaal"
version = release = klantportaal.__version__
html_title = f"klantportaal {release}"
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "tools.site.api", "tools.site.links", "tools.site.operations"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
nitpicky = True

# Links to a heading of another page, as viewers of Markdown make them.
myst_heading_anchors = 4
# A snippet of a shell or of a file may have no language.
highlight_language = "none"

default_role = "code"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"
autodoc_default_options = {"members": True, "undoc-members": True, "exclude-members": "__init__, __new__"}
python_use_unqualified_type_names = True
maximum_signature_line_length = 80

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
