"""Who may do what over the API. A view says what it needs in `required_scope`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from opsportal.models import ApiToken, Scope
from opsportal.tokens import allows

if TYPE_CHECKING:  # DRF's views import this class through the settings: a circle otherwise
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Tokens by their scope; people of the staff read, and write with `required_permission`."""

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
        # Superusers have every permission, also the one that a view does not name.
        return needed == Scope.READ or user.has_perm(getattr(view, "required_permission", ""))
