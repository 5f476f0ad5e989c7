"""The way to the provider and back. The other pages of allauth are not there: what leads to one of
them ends at the login."""

from django.urls import include, path

from opsportal.sso.adapter import back_to_login

_PAGES = (
    *("account_login", "account_logout", "account_inactive", "account_signup"),
    *("account_reauthenticate", "socialaccount_signup", "socialaccount_connections"),
    *("socialaccount_login_cancelled", "socialaccount_login_error"),
)

urlpatterns = [
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    *(path(f"to-login/{name}/", back_to_login, name=name) for name in _PAGES),
]
