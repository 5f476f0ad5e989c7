"""The portal's admin site: Django's own, with the dashboard as one of its pages."""

from django.contrib.admin import AdminSite


class OpsPortalAdminSite(AdminSite):
    site_header = "OpsPortal"
    site_title = "OpsPortal"
    index_title = "Administration"
    site_url = "/"
