#!/bin/bash
# A real systemd in namespaces of its own. It changes nothing outside of them: kernel settings are
# read-only to it, what it writes below /etc, /var, /opt and /tmp is gone with it (a boot empties /tmp),
# and units that look after a machine are masked.
set -e
mount --make-rprivate /
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount -o remount,bind,ro /sys
for folder in /run /tmp /mnt; do mount -t tmpfs tmpfs "$folder"; done
mount -t cgroup2 none /sys/fs/cgroup
for folder in etc var opt; do
  mkdir -p "/mnt/$folder/upper" "/mnt/$folder/work"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/mnt/$folder/upper,workdir=/mnt/$folder/work" "/$folder"
done
mount -t tmpfs tmpfs /var/tmp
for unit in systemd-{tmpfiles-setup,tmpfiles-setup-dev,tmpfiles-clean,sysctl,udevd,udev-trigger,modules-load,random-seed,timesyncd,binfmt,sysusers,update-utmp,firstboot,machine-id-commit,journal-flush,remount-fs}; do
  ln -sf /dev/null "/etc/systemd/system/$unit.service"
done
mount --make-rshared / # peers of each other, not of the host: credentials are mounted that way
export container=other
exec /lib/systemd/systemd --system --unit=basic.target --log-target=null
