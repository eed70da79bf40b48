"""The moderator, in the same browser as the watcher: signs in on the site, reads the queue, decides."""

from tests.extension.browsers import Browser, Tab, eventually, says
from tests.extension.stage import SAM, Stage


class Moderator:
    """``tab`` is the site, with Sam signed in."""

    def __init__(self, browser: Browser, stage: Stage) -> None:
        self.stage = stage
        self.tab: Tab = browser.tab(stage.site + "/sign-in/password")
        self.tab.fill("input[name=email]", SAM)
        self.tab.fill("input[name=password]", stage.passwords[SAM])
        self.tab.click("form.card button")
        eventually(lambda: "Sign out" in says(self.tab))

    def queue(self) -> str:
        """The list of open cases, as it is read now."""
        self.tab.goto(self.stage.site + "/cases")
        return says(self.tab)

    def confirms(self, place: str) -> None:
        """Wait for the case of a place, and confirm it with a reason."""
        eventually(lambda: place in self.queue(), within=30)
        self.tab.click("a.case-row")
        self.tab.click("input[value=confirm]")
        self.tab.fill("textarea[name=reason]", "Compared side by side.")
        self.tab.click("form:has(input[value=confirm]) button")
        eventually(lambda: "Decided. It stands in the audit log." in says(self.tab))
