"""Which browser somebody signed in with, in words, from what it says itself."""

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
"""The first that is named counts: Edge calls itself Chrome, too, and Chrome Safari."""
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


def browser_in_words(said: str) -> str:
    """`Firefox on Windows`; empty where it says nothing that is known. Nothing of what it says is kept as it stands."""
    browser = next((name for mark, name in BROWSERS if mark in said), "")
    system = next((name for mark, name in SYSTEMS if mark in said), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system.capitalize()
