#!/bin/sh
# Make sure there is a Chromium for the browser tests: by apt where that works without asking, by Playwright elsewhere.
set -eu
if command -v chromium >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq install --yes --no-install-recommends chromium fonts-noto-core >/dev/null
else
  .venv/bin/playwright install chromium
fi
