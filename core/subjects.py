"""The subjects' pages, in the order of the navigation."""

from core.accounts.views import bp as accounts
from core.actions.views import bp as actions
from core.admin.views import bp as admin
from core.cases.views import bp as cases
from core.checking.views import bp as checking
from core.circulation.views import bp as circulation
from core.disclosures.views import bp as disclosures
from core.emergencies.views import bp as emergencies
from core.hate.views import bp as hate
from core.home.views import bp as home
from core.incidents.views import bp as incidents
from core.meetings.feed.views import bp as calendar
from core.meetings.views import bp as meetings
from core.minutes.views import bp as minutes
from core.partnerships.views import bp as partnerships
from core.people.adjustments.views import bp as adjustments
from core.people.duplicates.views import bp as duplicates
from core.people.history.views import bp as history
from core.people.protected.views import bp as protected
from core.people.views import bp as people
from core.recording.views import bp as recording
from core.referrals.views import bp as referrals
from core.reports.views import bp as reports
from core.retention.views import bp as retention
from core.standards.complaints.views import bp as complaints
from core.standards.views import bp as standards
from core.subject_access.views import bp as subject_access
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
    disclosures,
    standards,
    hate,
    adjustments,
    history,
    people,
    protected,
    duplicates,
    incidents,
    referrals,
    partnerships,
    complaints,
    reports,
    retention,
    subject_access,
    admin,
)
