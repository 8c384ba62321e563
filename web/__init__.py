"""The portal: public pages of one view, which never open the private directory."""

from web.public.app import create_app

__all__ = ["create_app"]
