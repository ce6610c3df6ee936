"""The subjects' pages, in the order of the navigation."""

from core.accounts.views import bp as accounts
from core.actions.views import bp as actions
from core.admin.views import bp as admin
from core.cases.views import bp as cases
from core.checking.views import bp as checking
from core.circulation.views import bp as circulation
from core.emergencies.views import bp as emergencies
from core.home.views import bp as home
from core.incidents.views import bp as incidents
from core.meetings.feed.views import bp as calendar
from core.meetings.views import bp as meetings
from core.minutes.views import bp as minutes
from core.partnerships.views import bp as partnerships
from core.people.protected.views import bp as protected
from core.people.views import bp as people
from core.recording.views import bp as recording
from core.referrals.views import bp as referrals
from core.reports.views import bp as reports
from core.standards.complaints.views import bp as complaints
from core.standards.views import bp as standards
from core.web.files import bp as assets

BLUEPRINTS = (
    assets,
    accounts,
    home,
    meetings,
    calendar,
    minutes,
    circulation,
    checking,
    recording,
    actions,
    cases,
    emergencies,
    standards,
    people,
    protected,
    incidents,
    referrals,
    partnerships,
    complaints,
    reports,
    admin,
)
