"""Why something may be masked, as the last page of what somebody is given tells them, with the law that says so."""

from collections.abc import Mapping

from core.facts import MaskReason

REASONS: Mapping[MaskReason, str] = {
    MaskReason.THIRD_PARTY: (
        "It is about somebody else, who has not agreed that you are told, and it would not be reasonable to tell you "
        "without that (Data Protection Act 2018, Schedule 2, paragraph 16)."
    ),
    MaskReason.SOURCE: (
        "It would show who gave the information, and they have not agreed to that (Data Protection Act 2018, Schedule "
        "2, paragraph 16)."
    ),
    MaskReason.CRIME: (
        "To tell you would be likely to hinder preventing or detecting crime, or catching or prosecuting somebody "
        "(Data Protection Act 2018, Schedule 2, paragraph 2; of the police and other competent authorities, section "
        "45(4))."
    ),
    MaskReason.LEGAL_ADVICE: (
        "It is legal advice, or was written for a court case, and is kept between an agency and its lawyers (Data "
        "Protection Act 2018, Schedule 2, paragraph 19)."
    ),
    MaskReason.SERIOUS_HARM: (
        "To tell you would be likely to cause serious harm to the physical or mental health of somebody (Data "
        "Protection Act 2018, Schedule 3, paragraphs 5, 11 and 19)."
    ),
    MaskReason.CHILD_ABUSE: (
        "It says whether a child is or may be at risk of abuse, and to tell it to somebody who asks on the child’s "
        "behalf would not be in the child’s best interests (Data Protection Act 2018, Schedule 3, paragraph 21)."
    ),
}
