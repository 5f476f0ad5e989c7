"""How static files are kept: compressed, and named by their content so that browsers keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

Patterns = tuple[str, tuple[object, ...]]
_EVERYWHERE: Patterns = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # (has no types)
    """Also follows the imports of ES modules: without it, an upgrade would mix old and new ones.
    Of the portal's own alone: looking for them in what others have bundled takes most of the time
    of collecting, and none is there."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns: Patterns = ("js/*.js", _EVERYWHERE[1])
