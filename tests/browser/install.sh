#!/bin/sh
# Make sure there is a Chromium for the browser tests, and a Node for the extension's: by apt where that works without
# asking; elsewhere Playwright brings the browser.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium fonts-noto-core"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing $missing …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  # shellcheck disable=SC2086  # several packages
  apt-get -qq install --yes --no-install-recommends $missing >/dev/null
else
  case "$missing" in *chromium*) .venv/bin/playwright install chromium ;; esac
  case "$missing" in *nodejs*) echo "The extension's tests need Node 18 or newer: https://nodejs.org" >&2; exit 1 ;; esac
fi
