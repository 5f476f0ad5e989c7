"""Who may do what over the API. A view says what it needs in `required_scope`; what a person needs
to read it follows from its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from opsportal.access.needs import missing
from opsportal.models import ApiToken, Scope
from opsportal.tokens import allows

if TYPE_CHECKING:  # DRF's views import this class through the settings: a circle otherwise
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Tokens by their scope; people of the staff by the permissions of their roles."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed: str = getattr(view, "required_scope", Scope.READ)
        if isinstance(request.auth, ApiToken):
            if allows(request.auth, needed):
                return True
            raise PermissionDenied(
                f"This token's scope is “{request.auth.scope}”; this needs “{needed}”."
            )
        user = request.user
        if not user.is_active or not user.is_staff:
            return False
        refused = missing(user, (_permission(view, needed),))
        if refused:
            raise PermissionDenied(refused)
        return True


def _permission(view: APIView, needed: str) -> str:
    """To write, the one that the view names: without one only superusers may. To read, the one to
    look at its rows; health, metrics and the schema are not made of rows of one model."""
    if needed != Scope.READ:
        return getattr(view, "required_permission", "")
    queryset = getattr(view, "queryset", None)
    if queryset is None:
        return "monitoring.view_series"
    return f"{queryset.model._meta.app_label}.view_{queryset.model._meta.model_name}"
