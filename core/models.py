"""Every table of core, imported in one place for migrations and tests."""

import core.accounts.models
import core.actions.models
import core.audit.models
import core.books.models
import core.cases.models
import core.circulation.models
import core.disclosures.models
import core.documents.models
import core.emergencies.models
import core.encryption.models
import core.hate.models
import core.incidents.models
import core.meetings.models
import core.minutes.models
import core.partnerships.models
import core.people.adjustments.models
import core.people.duplicates.models
import core.people.history.models
import core.people.merging.models
import core.people.models
import core.recording.keeping.models
import core.recording.models
import core.referrals.models
import core.retention.models
import core.standards.models
import core.subject_access.models
import core.web.models  # noqa: F401  imported for the tables that they declare
