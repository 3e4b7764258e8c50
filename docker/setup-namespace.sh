#!/bin/sh
# Creates the namespace and Troupe's search attributes where they are missing. Safe to run again.
# The CLI reads the address and the namespace from TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.
set -eu

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h

# A namespace that was just asked for in vain is found again after a few seconds.
tries=0
until existing=$(temporal operator search-attribute list 2>/dev/null); do
  tries=$((tries + 1))
  test "$tries" -lt 30 || { echo "the namespace $TEMPORAL_NAMESPACE does not answer" >&2; exit 1; }
  sleep 1
done

for name in TroupeStatus TroupeTeam TroupePlan; do
  case "$existing" in
    *"$name"*) ;;
    *) temporal operator search-attribute create --name "$name" --type Keyword ;;
  esac
done
