#!/bin/sh
# Makes a golden cache: make-golden.sh FIRN NAME
#
# FIRN is the firn command of the version whose format is to be kept, NAME the directory to make,
# for example v1. Beside it NAME.ROWS.jsonl is written: the rows as that version reads them. Pack
# all of them, the old ones too, with
#   tar --sort=name --owner=0 --group=0 --numeric-owner -czf golden-caches.tar.gz v1 v1.ROWS.jsonl …
# and put the archive beside GoldenCaches.class. An archive that is there is never made anew: what
# matters is that the bytes are those of the version that wrote them. v1 was made in /tmp/golden.
set -euf

firn=$1
root=$2
export FIRN_ARCHIVE=off

run() {
  "$firn" --root "$root" "$@"
}

# A generation that superseded another, with receipts, new columns, nested and rescued values.
printf '%s\n' '{"id":1,"text":"first","at":"2026-11-22T10:00:00.123456Z"}' | run append jobs --source a --key one
printf '%s\n' '[{"id":2,"text":"two"},{"id":3,"tags":["x","y"],"cost":1.5}]' | run append jobs --source a
printf '%s\n' '{"id":4,"text":"Grüße, 雪","call":{"name":"search","depth":{"n":3}}}' | run append jobs --source a
run query maintain jobs --force
printf '%s\n' '{"id":"five","text":"an id that is no number"}' '{"id":6,"late":true}' |
  run append jobs --source a --batch 1

# One that nobody has maintained, and in it a landed file that nobody has published: killed.
printf '%s\n' '{"n":1}' | run append logs --source b
mkfifo "$root.fifo"
"$firn" --root "$root" append logs --source b <"$root.fifo" &
pid=$!
exec 3>"$root.fifo"
printf '%s\n' '{"n":2}' >&3
data=$root/datasets/logs/source=b/table/data
set +f
while [ "$(ls "$data" | grep -c '^[0-9]')" -lt 2 ]; do sleep 0.05; done
set -f
kill -9 "$pid"
exec 3>&-
wait "$pid" || :
rm "$root.fifo"

# One in doubt, with an exchange held for it.
printf '%s\n' '{"n":1}' | run append doubt --source c
cp "$root/datasets/doubt/source=c/cursor.json" "$root.cursor"
printf '{' >"$root/datasets/doubt/source=c/cursor.json"
printf '%s\n' '{"n":2}' | run append doubt --source c || [ $? = 3 ]
mv "$root.cursor" "$root/datasets/doubt/source=c/cursor.json"

# What was acknowledged: a pass on a copy lands what is held.
cp -a "$root" "$root.copy"
"$firn" --root "$root.copy" query maintain
for dataset in doubt jobs logs; do
  "$firn" --root "$root.copy" query rows "$dataset" --with-partition
done | sort >"$root.ROWS.jsonl"
rm -r "$root.copy"

# Names of the machine that made it are nobody's business.
find "$root" -name '.*.owner' -exec rm {} +
