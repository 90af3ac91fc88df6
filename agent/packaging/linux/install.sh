#!/bin/sh
# Installs this directory's Signet as a service: sh packaging/install.sh   (as root, in the unpacked archive)
# Changes no configuration that is there, and does not start the service. Run it again to update.
set -eu

if [ "$(id -u)" -ne 0 ]; then
    echo "Only root can install a service. Run: sudo sh packaging/install.sh" >&2
    exit 1
fi

packaging=$(cd "$(dirname "$0")" && pwd)
program=$(dirname "$packaging")
if [ ! -x "$program/signet" ]; then
    echo "$program/signet is not there. Run this script in the unpacked archive." >&2
    exit 1
fi

install -D -m 0644 "$packaging/signet.sysusers" /usr/lib/sysusers.d/signet.conf
systemd-sysusers signet.conf
install -D -m 0644 "$packaging/signet.tmpfiles" /usr/lib/tmpfiles.d/signet.conf
systemd-tmpfiles --create signet.conf

# The old directory stays until the new one is whole.
if [ "$program" != /opt/signet ]; then
    rm -rf /opt/signet.new /opt/signet.old
    cp -R "$program" /opt/signet.new
    chown -R root:root /opt/signet.new
    if [ -d /opt/signet ]; then mv /opt/signet /opt/signet.old; fi
    mv /opt/signet.new /opt/signet
    rm -rf /opt/signet.old
fi

ln -sfn /opt/signet/signet /usr/local/bin/signet
install -D -m 0644 /opt/signet/packaging/signet.service /etc/systemd/system/signet.service
if [ -d /etc/polkit-1/rules.d ]; then
    install -m 0644 /opt/signet/packaging/50-signet.rules /etc/polkit-1/rules.d/50-signet.rules
fi
if [ ! -e /etc/signet/signet.yaml ]; then
    install -m 0640 -o root -g signet /opt/signet/packaging/signet.yaml /etc/signet/signet.yaml
fi
systemctl daemon-reload

echo "Installed. Next: edit /etc/signet/signet.yaml, then"
echo "  usermod -aG signet-operators NAME        for each operator; it counts from the next login"
echo "  signet config check --config /etc/signet/signet.yaml"
echo "  systemctl enable --now signet"
echo "  signet status"
