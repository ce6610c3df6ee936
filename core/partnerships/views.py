"""The pages of the partnership, a module for each part of the subject."""

from core.partnerships.agencies import views as agencies
from core.partnerships.blueprint import bp
from core.partnerships.groups import views as groups
from core.partnerships.providers import views as providers
from core.partnerships.providers import views_staff as staff
from core.partnerships.terms import views as terms

__all__ = ["agencies", "bp", "groups", "providers", "staff", "terms"]
