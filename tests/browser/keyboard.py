"""Somebody who uses the keyboard only: Tab to a thing by its name, and every stop on the way must be seen."""

from playwright.sync_api import Page

_STOPS = 80
_NAME = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "";
  const label = at.labels && at.labels[0];
  return (at.getAttribute("aria-label") || (label || at).innerText || at.value || at.name || "").trim();
}"""
_HAS_VISIBLE_FOCUS = """() => {
  const at = document.activeElement;
  const shown = element => {
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return outlined && element.getBoundingClientRect().width > 1;
  };
  return [at, ...(at.labels || [])].some(shown);
}"""
_PLACE = "() => document.activeElement.getBoundingClientRect().top + window.scrollY"


class Keyboard:
    """The keyboard in front of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, name: str) -> None:
        """Press Tab until what has the focus is called so; on the way everything focused can be seen."""
        passed = []
        for _ in range(_STOPS):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(_NAME)
            passed.append(here)
            assert not here or self.page.evaluate(_HAS_VISIBLE_FOCUS), f"nobody sees that {here!r} has the focus"
            if name in here:
                return
        raise AssertionError(f"Tab does not reach {name!r}, only {passed}")

    def enter(self) -> None:
        """Press Enter and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, words: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(words)

    def place(self) -> float:
        """How far down the page the focus is, in pixels."""
        return float(self.page.evaluate(_PLACE))
