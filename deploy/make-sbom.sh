#!/bin/sh
# Writes the packages of a production install, with versions, hashes and licenses: sh deploy/make-sbom.sh [FOLDER] > FILE.
# FOLDER is where `npm ci --omit=dev --omit=optional` was run. `npm sbom --omit dev` in a full install leaves out packages that the
# build needs as well, so we list what is really there.
set -eu
cd "${1:-.}"
if [ -e node_modules/typescript ]; then
  echo "This is a full install. Run npm ci --omit=dev --omit=optional first." >&2
  exit 1
fi
kept=$(mktemp)
cp package.json "$kept"
trap 'cp "$kept" package.json; rm "$kept"' EXIT
npm pkg delete devDependencies # npm would call each of them a problem
npm sbom --sbom-format cyclonedx
