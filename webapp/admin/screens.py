"""All of the operator's pages: each file hangs its own on the one blueprint."""

from webapp.admin import job_routes, money_routes, routes

PAGES = (routes, job_routes, money_routes)
blueprint = routes.blueprint
