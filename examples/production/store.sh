#!/usr/bin/env bash
# An object store: Ceph's radosgw, above one monitor and one OSD. Only radosgw can be reached from elsewhere.
#
#   store.sh         runs it until SIGTERM, or until one part ends. The first start makes everything, also the bucket.
#   store.sh check   ends with 0 if the bucket can be reached
#
# It needs the keys of the bucket's user: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Others are refused from then on.
set -euo pipefail
umask 077
: "${AWS_ACCESS_KEY_ID:?openssl rand -hex 10}" "${AWS_SECRET_ACCESS_KEY:?openssl rand -hex 20}"
FOLDER=${STORE_FOLDER:-/var/lib/portal-store}  # Everything that is kept.
SIZE=${STORE_SIZE:-20G}                        # What it can hold. The first start takes this from the disk.
LISTEN=${STORE_LISTEN:-127.0.0.1:7480}
MONITOR=${STORE_MONITOR:-3300} # A port of 127.0.0.1.
BUCKET=${STORE_BUCKET:-portal}

# Sends a signed request about the bucket. curl reads the keys from a pipe: nobody sees them in the list of processes.
ask() {
  printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" |
    curl --config - --fail --silent --show-error --max-time 10 --output /dev/null --aws-sigv4 aws:amz:us-east-1:s3 \
      --header x-amz-content-sha256:UNSIGNED-PAYLOAD "$@" "http://127.0.0.1:${LISTEN##*:}/$BUCKET"
}
if [ "${1-}" = check ]; then
  ask --head
  exit
fi

mkdir -p "$FOLDER"
cd "$FOLDER"
[ -s id ] || { cat /proc/sys/kernel/random/uuid >id.part && mv id.part id; }
cat >ceph.conf <<END
[global]
fsid = $(<id)
mon initial members = a
mon host = [v2:127.0.0.1:$MONITOR/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
# The parts ask each other for keys: other users of this machine reach them too, but cannot read this file.
keyring = $FOLDER/keyring
mon data = $FOLDER/mon
osd data = $FOLDER/osd
# Files are in one file of a fixed size, which is reserved. The monitor writes little beside it, and stops where less of
# the disk is free than this share, in percent: it would stop at 5.
mon data avail crit = 1
mon data avail warn = 2
bluestore block size = $SIZE
bluestore block preallocate file = true
osd memory target = 1G
# One copy of each file: there is one OSD. Each step of the one monitor takes no second.
mon allow pool size one = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
paxos propose interval = 0.02
paxos min wait = 0.01
run dir = $FOLDER
admin socket =
log file =
log to stderr = true
debug rgw = 0
debug mon = 0
debug paxos = 0
debug osd = 0
debug bluestore = 0
debug bluefs = 0
debug bdev = 0
debug rocksdb = 0
[client.rgw]
rgw data = $FOLDER/rgw
rgw frontends = beast endpoint=$LISTEN tcp_nodelay=1
END

parts=()
stop() {
  local number
  for ((number = ${#parts[@]} - 1; number >= 0; number--)); do
    kill "${parts[number]}" 2>/dev/null || true
    wait "${parts[number]}" || true
  done
}
trap stop EXIT
trap 'exit 0' TERM INT
start() {
  "$@" -f -c ceph.conf &
  parts+=($!)
}
new_key() {
  ceph-authtool --create-keyring --gen-key --name "$@" keyring.part >/dev/null
  cat keyring.part >>keyring
}
call() { timeout 60 "$1" -c ceph.conf "${@:2}"; }

# What was half made when a first start was broken off is made again.
if [ ! -d mon ]; then
  rm -rf mon.part monmap keyring
  new_key mon. --cap mon 'allow *'
  new_key client.admin --cap mon 'allow *' --cap osd 'allow *'
  new_key osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
  new_key client.rgw --cap mon 'allow rw' --cap osd 'allow rwx'
  call monmaptool --create --addv a "[v2:127.0.0.1:$MONITOR]" monmap
  call ceph-mon --mkfs -i a --monmap monmap --keyring keyring --mon-data mon.part
  mv mon.part mon
fi
start ceph-mon -i a
if [ ! -e osd/ready ]; then
  rm -rf osd
  mkdir osd
  call ceph osd create "$(<id)" 0
  call ceph osd crush add osd.0 1.0 host=localhost root=default
  call ceph-osd -i 0 --mkfs --osd-uuid "$(<id)"
fi
start ceph-osd -i 0
mkdir -p rgw
# Keys of before are taken away. With a cache, this would wait half a minute for a radosgw that was killed.
users() { call radosgw-admin -n client.rgw --rgw-cache-enabled=false "$@" --uid portal; }
export CEPH_ARGS="--access-key=$AWS_ACCESS_KEY_ID --secret-key=$AWS_SECRET_ACCESS_KEY" # Not in the list of processes.
told=$(users user create --display-name portal 2>/dev/null || users key create --key-type s3) || {
  for part in "${parts[@]}"; do kill -0 "$part" 2>/dev/null || echo "A part of the object store has ended." >&2; done
  echo "The object store does not answer. Is the disk of $FOLDER full, or its memory short?" >&2
  exit 1
}
unset CEPH_ARGS
for key in $(sed -n 's/.*"access_key": "\(.*\)".*/\1/p' <<<"$told"); do
  [ "$key" = "$AWS_ACCESS_KEY_ID" ] || users key rm --access-key "$key" >/dev/null
done
start radosgw -n client.rgw
until curl --silent --output /dev/null "http://127.0.0.1:${LISTEN##*:}/"; do
  for part in "${parts[@]}"; do kill -0 "$part"; done
  sleep 0.2
done
ask --head 2>/dev/null || ask --request PUT # The bucket is made once.
echo "The object store is ready."
wait -n
echo "A part of the object store has ended." >&2
exit 1
