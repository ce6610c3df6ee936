"""Complainants and victims whom an import named, or who were named before there were contact plans, are promised what
everybody is. Their clock runs from the day of this migration: nobody is late for what was never told of.
"""

import sqlalchemy as sa
from alembic import op

from core.clock import local_date, utc_now
from core.working_days import add_working_days

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

WITHIN = 5
"""Working days, as the beginning of a contact plan had them when this was written."""


def upgrade() -> None:
    # A closed case promises nothing; should it be opened again, its plans are made then.
    begin = sa.text("""
        INSERT INTO contact_plan (case_id, person_id, begin_by, contact_name, contact_details, reach, instruction,
            support_by, support_what, complaint_by, complaint_text, version)
        SELECT DISTINCT case_person.case_id, case_person.person_id, :begin_by, '', '', '', '',
            '', '', '', '', 1
        FROM case_person JOIN case_file ON case_file.id = case_person.case_id
        WHERE case_person.role IN ('complainant', 'victim') AND case_file.status <> 'closed'
            AND NOT EXISTS (SELECT 1 FROM contact_plan
                WHERE contact_plan.case_id = case_person.case_id AND contact_plan.person_id = case_person.person_id)
        ORDER BY case_person.case_id, case_person.person_id
    """)
    op.execute(begin.bindparams(sa.bindparam('begin_by', add_working_days(local_date(utc_now()), WITHIN), sa.Date())))
