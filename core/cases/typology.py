"""The Home Office typology of anti-social behaviour: four areas, sixteen categories [Charnwood 2.3].

Historical, and so kept in one place where it can be replaced.
"""

TYPOLOGY = {
    "Misuse of public space": (
        "Drug/substance misuse",
        "Street drinking",
        "Begging",
        "Prostitution",
        "Kerb crawling",
        "Sexual acts",
        "Abandoned cars",
        "Vehicle related nuisance",
    ),
    "Disregard for community or personal well-being": (
        "Noise",
        "Rowdy behaviour",
        "Nuisance behaviour",
        "Hoax calls",
        "Animal related problems",
    ),
    "Acts directed at people": ("Intimidation and harassment",),
    "Environmental damage": ("Criminal damage and vandalism", "Litter/Rubbish"),
}
"""Area to its categories."""

CATEGORIES = tuple(category for categories in TYPOLOGY.values() for category in categories)
"""All sixteen, in the order of the typology."""
