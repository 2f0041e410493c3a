# Makes Redis' file of users from users.acl and the passwords in a folder, one file for each. It holds their hashes only.
# Usage: make-users.sh <users.acl> <folder of passwords> <file to write>
set -eu
umask 077
{
  echo "user default off resetkeys resetchannels -@all"
  # Asks whether Redis answers, and may do nothing else.
  echo "user probe on nopass resetkeys resetchannels -@all +ping"
  while read -r user key rules; do
    case "$user" in '' | '#'*) continue ;; esac
    if [ ! -s "$2/$key" ]; then
      echo "The Secret cortex-redis-users has no password under the key $key" >&2
      exit 1
    fi
    hash=$(tr -d '\n' <"$2/$key" | sha256sum)
    echo "user $user on #${hash%% *} $rules"
  done <"$1"
} >"$3"
