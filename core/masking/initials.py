"""Initials: which may be whose, and where they stand. Pure.

A key says how they stand: `prm` as they are, `^rm` after a title (Mrs R-M), `-rm` joined by dashes (R-M).
"""

from collections.abc import Sequence

from core.masking.folding import listed
from core.masking.spelling import PARTICLES

OF_OTHERS = listed("""
    GP PC TV AM PM CC CS MP PS HO UK EU AA AB DA ID IT OK RE TA
    ABC ABCS ABE ADHD AFI AKA ARV ASAP ASB ASBI ASBO ASC ASD BBC BTP CAD CAF CAMH CBO CCTV CDO CID CIN CJS CMHT CPN CPNS
    CPO CPS CPT CPW CRN CSE CSO CSP CST CSTS CTO DBS DCI DCS DIY DNA DOB DPA DPO DSL DVA DVLA DVPN DVPO EHA EHCP EMS
    ESOL EWO FAO FGM FIP FPN FYI GDPR GMP GPS HMO HMP HRA ICO IDVA IOM IPA ISP JAG JAGS LAC LADO LGBT LSOA MARAC MASH
    MOJ MPS NEET NFA NHS NIP NPT NRM NSP NSPCC OIC PACE PCC PCN PCSO PDF PNC PND POP PPE PSPO RSL RSPCA RTA RTC SAR
    SARA SEN SENCO SGT SIO SLA SMS SNT SOB SPOC SRO TAC TAF TBA TBC TOR TWOC UASC USB VAT VIP VPN
    YJS YOS YOT
    """)
"""Capitals that minutes are full of."""

MOST = 4
"""Letters of somebody's initials."""


def initials_of(given: Sequence[str], known_as: Sequence[str], family: Sequence[str]) -> frozenset[str]:
    """The keys of somebody's initials, of the folded parts of their names in order."""
    letters = [piece[0] for part in family for piece in part.split("'") if piece]
    bare = [piece[0] for part in family if part not in PARTICLES for piece in part.split("'") if piece] or letters
    last = {*(part[0] for part in family), *("".join(each) for each in (letters, bare) if each)}
    first = {*(part[0] for part in (*given, *known_as)), "".join(part[0] for part in given)} - {""}
    keys = {one + two for one in first for two in last}
    keys |= {f"^{each}" for each in {*last, *first}}
    keys |= {f"-{each}" for each in last if len(each) > 1}
    return frozenset(keys)
