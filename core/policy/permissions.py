"""What can be asked of the gate. Routes and operations name one of these; core.policy alone decides."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may or may not do to one kind of object."""

    # The signed-in person
    SEE_HOME = "see home"
    MANAGE_OWN_ACCOUNT = "manage own account"

    # Partnerships: agencies, groups, providers
    SEE_PARTNERSHIP = "see partnership"
    SEE_AGENCY = "see agency"
    MANAGE_AGENCIES = "manage agencies"
    SEE_GROUP = "see group"
    MANAGE_GROUPS = "manage groups"
    MANAGE_GROUP = "manage group"
    MANAGE_MEMBER = "manage group member"
    SEE_PROVIDER = "see provider"
    REGISTER_PROVIDER = "register provider"
    MANAGE_PROVIDER = "manage provider"
    APPROVE_PROVIDER = "approve provider"

    # People and cases
    LIST_CASES = "list cases"
    OPEN_CASE = "open case"
    CREATE_CASE = "create case"
    EDIT_CASE = "edit case"
    CHOOSE_HEARING = "choose what a group hears"
    ADD_INCIDENT = "add incident to case"
    CHANGE_INCIDENT = "change incident of case"
    OPEN_PERSON = "open person"
    EDIT_PERSON = "edit person"
    SEE_INCIDENTS = "see incident register"

    # Meetings
    SEE_MEETINGS = "see meetings"
    SEE_MEETING = "see meeting"
    SCHEDULE_MEETING = "schedule meeting"
    MANAGE_MEETING = "manage meeting"
    NOMINATE = "nominate"
    DECIDE_NOMINATION = "decide nomination"
    EDIT_AGENDA = "edit agenda"
    EDIT_ITEM = "edit agenda item"
    CIRCULATE_AGENDA = "circulate agenda"
    DOWNLOAD_AGENDA = "download agenda"
    SEE_RESEARCH = "see research"
    ANSWER_RESEARCH = "answer research"

    # Recording
    JOIN_MEETING = "join meeting"
    ENTER_ROOM = "enter room"
    RECORD = "record"
    WRITE = "write under item"
    CORRECT_ACTION = "correct action as recorded"
    EDIT_ENTRY = "edit entry"
    RESTORE_ENTRY = "restore entry"
    READ_IN_ROOM = "read item in the room"
    RUN_MEETING = "run meeting"
    TAKE_UP_ITEM = "take up item"
    SETTLE_ITEM = "settle item"
    ADD_URGENT = "add urgent case"
    KEEP_ATTENDANCE = "keep attendance"
    KEEP_ITEM_ATTENDANCE = "keep attendance of item"
    DECLARE_CONFLICT = "declare conflict"
    LIFT_CONFLICT = "lift conflict"

    # Actions
    LIST_ACTIONS = "list actions"
    SEE_ACTION = "see action"
    UPDATE_ACTION = "update action"
    REASSIGN_ACTION = "reassign action"
    EXPORT_ACTIONS = "export actions"

    # Referrals
    LIST_REFERRALS = "list referrals"
    REFER = "refer"
    SEE_REFERRAL = "see referral"
    WORK_REFERRAL = "work referral"
    RECORD_CONSENT = "record consent"
    KEEP_REGISTER = "keep a provider's register"
    KEEP_RECORD = "keep a provider's record of a referral"

    # Minutes and circulation
    SEE_MINUTES = "see minutes"
    COMPOSE_MINUTES = "compose minutes"
    WORD_ENTRY = "word entry in minutes"
    READ_WORDING = "read wording in minutes"
    COMMENT_ON_MINUTES = "comment on minutes"
    SETTLE_COMMENT = "settle comment on minutes"
    APPROVE_MINUTES = "approve minutes"
    CIRCULATE_MINUTES = "circulate minutes"
    READ_COPY = "read own copy"
    SEE_OUTBOX = "see outbox"

    # Administration
    SEE_ADMIN = "see administration"
    MANAGE_USERS = "manage users"
    MANAGE_USER = "manage user"
    INVITE_USER = "invite user"
    SEE_AUDIT = "see audit trail"
    SEE_PLUGINS = "see plugins"
    SEE_CAUGHT_MAIL = "see caught mail"
