"""How static files are kept: compressed, and named by their content so that browsers keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # (has no types)
    """Also follows the imports of ES modules: without it, an upgrade would mix old and new ones."""

    support_js_module_import_aggregation = True
