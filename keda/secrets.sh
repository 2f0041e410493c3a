#!/bin/sh
# Draws the Secrets that a school with its own Redis and Qdrant needs, and prints them:
#
#   keda/secrets.sh | kubectl create -f -
#
# `create` leaves alone what is there already. A token for the GitOps repository is taken from the environment, so that it is in
# no history: GITOPS_TOKEN (may write), GITOPS_READ_TOKEN (may read; the same one where there is no other).
# OPERATOR: the name of the first person who may sign in, `admin` unless given.
# REDIS: where Redis is, `redis://redis.cortex-school.svc:6379` unless given; elsewhere best `rediss://host:port`.
set -eu
umask 077

draw() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# Usage: secret <name> <key> <value> [<key> <value>…]
secret() {
  printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: cortex-school\n' "$1"
  printf '  labels:\n    app.kubernetes.io/part-of: cortex-online-school\ntype: Opaque\ndata:\n'
  shift
  while [ $# -gt 0 ]; do
    printf '  %s: %s\n' "$1" "$(printf %s "$2" | base64 | tr -d '\n')"
    shift 2
  done
  echo ---
}

operator=${OPERATOR:-admin}
case "$operator" in
  *[!A-Za-z0-9._@-]*)
    echo "OPERATOR may have letters, digits and . _ @ - only" >&2
    exit 1
    ;;
esac

redis=${REDIS:-redis://redis.cortex-school.svc:6379}
case "$redis" in
  *[!A-Za-z0-9.:/_-]*) scheme= ;;
  redis://?*:?* | rediss://?*:?*) scheme=${redis%%://*} ;;
  *) scheme= ;;
esac
if [ -z "$scheme" ]; then
  echo "REDIS must be redis://host:port or rediss://host:port, without a name or a password" >&2
  exit 1
fi
address=${redis#*://}
keda=$(draw)
function=$(draw)
coordinator=$(draw)

secret cortex-redis \
  url "$scheme://function:$function@$address" \
  coordinator-url "$scheme://coordinator:$coordinator@$address" \
  username keda \
  password "$keda"
secret cortex-redis-users keda "$keda" function "$function" coordinator "$coordinator" operator "$(draw)"
secret cortex-qdrant api-key "$(draw)" read-only-api-key "$(draw)"
secret cortex-approval secret "$(draw)"
secret cortex-http tokens "operator:$operator:$(draw)"
if [ -n "${GITOPS_TOKEN:-}" ]; then
  secret cortex-git-writer GITOPS_TOKEN "$GITOPS_TOKEN"
  secret cortex-git-reader GITOPS_TOKEN "${GITOPS_READ_TOKEN:-$GITOPS_TOKEN}"
fi
