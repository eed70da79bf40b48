#!/bin/sh
# Make sure that there are browsers for the tests: Chromium for the site, Chromium and Firefox for the extension. By apt
# where that works without asking; elsewhere Playwright brings a Chromium, and Firefox is asked for.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium fonts-noto-core"
command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || missing="$missing firefox-esr"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing $missing …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  # shellcheck disable=SC2086  # several packages
  apt-get -qq install --yes --no-install-recommends $missing >/dev/null
else
  case "$missing" in *chromium*) .venv/bin/playwright install chromium ;; esac
  case "$missing" in *firefox*) echo "Without Firefox its half of the extension's tests is skipped." >&2 ;; esac
fi
