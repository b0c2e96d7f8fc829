#!/bin/sh
# Makes deploy/secrets/ for compose.yaml: passwords that nobody has to know, and two files to be filled in. What is there
# already is left alone, so it may be run again. The folder is only for its owner; the files in it are read by other users
# in containers (1000, postgres, redis), into which they are mounted one by one.
set -eu
umask 077
folder="${1:-$(dirname "$0")/secrets}"
mkdir -p "$folder"

random() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

new() { # name, content
  [ -e "$folder/$1" ] && return
  printf '%s\n' "$2" > "$folder/$1"
  chmod 444 "$folder/$1"
}

new postgres_admin_password "$(random)"
new postgres_password "$(random)"
new database_url "postgresql://scanner:$(cat "$folder/postgres_password")@postgres:5432/scanner"
[ -e "$folder/redis_users" ] || {
  # What BullMQ needs, on our keys only. CONFIG GET and CLIENT LIST are how it looks at its server.
  new redis_users "user default off
user scanner on >$(random) ~{scim}* &* +@all -@admin -@dangerous +info +config|get +client|list"
}
new redis_url "redis://scanner:$(sed -n 's/^user scanner on >\([0-9a-f]*\) .*/\1/p' "$folder/redis_users")@redis:6379"
for name in stytch_secret stytch_webhook_secrets; do
  [ -s "$folder/$name" ] || { : > "$folder/$name"; chmod 644 "$folder/$name"; echo "Put the value from the Stytch dashboard into $folder/$name"; }
done
