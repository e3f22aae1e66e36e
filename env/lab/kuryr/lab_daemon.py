"""Runs Kuryr's own CNI daemon on a kernel that lacks the 8021q module.

Everything is stock Kuryr except the device that takes VLAN frames apart. Where the kernel has no VLAN
device, the nested driver's connect() gives the pod a veth instead, and two eBPF programs at the ends
move frames between it and the node's interface: one pops the VLAN tag of frames for this pod, the
other pushes it on frames from this pod. The VLAN id, the subport, the MAC address and the MTU are
Kuryr's. On a kernel with 8021q this file is not used.
"""
import ctypes
import glob
import os
import socket
import struct
import subprocess
import sys

from kuryr_kubernetes import exceptions
from kuryr_kubernetes.cni.binding import base
from kuryr_kubernetes.cni.binding import nested
from kuryr_kubernetes.cmd import daemon

PINS = "/sys/fs/bpf"

# bpf(2): number of the system call on x86-64, commands, types (linux/bpf.h).
SYS_BPF = 321
BPF_PROG_LOAD, BPF_OBJ_PIN, BPF_LINK_CREATE = 5, 6, 28
BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS = 3, 46
FN_VLAN_PUSH, FN_VLAN_POP, FN_REDIRECT = 18, 19, 23
SKB_VLAN_PRESENT, SKB_VLAN_TCI = 20, 24
TCX_NEXT = -1

_libc = ctypes.CDLL(None, use_errno=True)


def _bpf(command, attributes):
    block = ctypes.create_string_buffer(attributes.ljust(144, b"\0"), 144)
    result = _libc.syscall(SYS_BPF, command, block, 144)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, "bpf command %d: %s" % (command, os.strerror(code)))
    return result


def _instruction(opcode, dst=0, src=0, offset=0, immediate=0):
    return struct.pack("<BBhi", opcode, (src << 4) | dst, offset, immediate)


def _move(dst, src):
    return _instruction(0xBF, dst, src)


def _set(dst, value):
    return _instruction(0xB7, dst, 0, 0, value)


def _call(function):
    return _instruction(0x85, immediate=function)


def _exit():
    return _instruction(0x95)


def _redirect(interface):
    return [_set(1, interface), _set(2, 0), _call(FN_REDIRECT), _exit()]


def _untag(vlan, pod):
    """Frames that carry this VLAN id lose the tag and go to the pod; others go on."""
    hit = [_move(1, 6), _call(FN_VLAN_POP)] + _redirect(pod)
    guard = [
        _move(6, 1),
        _instruction(0x61, 2, 6, SKB_VLAN_PRESENT),
        _instruction(0x15, 2, 0, len(hit) + 3, 0),
        _instruction(0x61, 7, 6, SKB_VLAN_TCI),
        _instruction(0x57, 7, 0, 0, 0xFFF),
        _instruction(0x55, 7, 0, len(hit), vlan),
    ]
    return guard + hit + [_set(0, TCX_NEXT), _exit()]


def _tag(vlan, parent):
    """Frames of the pod get the tag and leave through the node's interface."""
    push = [_set(2, socket.htons(0x8100)), _set(3, vlan), _call(FN_VLAN_PUSH)]
    return push + _redirect(parent)


def _load(program):
    code = b"".join(program)
    text = ctypes.create_string_buffer(code, len(code))
    licence = ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(65536)
    try:
        return _bpf(BPF_PROG_LOAD, struct.pack(
            "<IIQQIIQ", BPF_PROG_TYPE_SCHED_CLS, len(program), ctypes.addressof(text),
            ctypes.addressof(licence), 1, len(log), ctypes.addressof(log)))
    except OSError as error:
        raise exceptions.CNIBindingFailure(
            "eBPF program refused: %s\n%s" % (error, log.value.decode(errors="replace")))


def _attach(program, interface, pin):
    loaded = _load(program)
    link = _bpf(BPF_LINK_CREATE, struct.pack("<IIII", loaded, interface, BPF_TCX_INGRESS, 0))
    path = ctypes.create_string_buffer(pin.encode())
    # The pin keeps the program attached when the daemon's worker ends.
    _bpf(BPF_OBJ_PIN, struct.pack("<QII", ctypes.addressof(path), link, 0))
    os.close(link)
    os.close(loaded)


def _unpin(vlan):
    for pin in glob.glob("%s/*-%d" % (PINS, vlan)):
        os.unlink(pin)


def _host_end(vif):
    return "kv" + vif.id[:11]


def connect(self, vif, ifname, netns, container_id):
    host = _host_end(vif)
    with base.get_ipdb(netns) as pod:
        self._remove_ifaces(pod, (vif.vif_name, ifname), netns)
    with base.get_ipdb() as node:
        self._remove_ifaces(node, (host,))
    with base.get_ipdb() as node:
        parent = self._detect_iface_name(node)
        if node.interfaces[parent].mtu < vif.network.mtu:
            raise exceptions.CNIBindingFailure(
                "MTU of interface %s is smaller than the pod network's %d" % (parent, vif.network.mtu))
    with base.get_ipdb(netns) as pod:
        with pod.create(ifname=ifname, peer=host, kind="veth") as iface:
            iface.mtu = vif.network.mtu
            iface.address = str(vif.address)
            iface.up()
        with pod.interfaces[host] as iface:
            iface.net_ns_pid = os.getpid()
    with base.get_ipdb() as node:
        with node.interfaces[host] as iface:
            iface.mtu = vif.network.mtu
            iface.up()
    # The switch in user space cannot finish checksums that are left to the network card.
    subprocess.run(["nsenter", "--net=" + netns, "ethtool", "-K", ifname, "tx", "off"],
                   check=True, stdout=subprocess.DEVNULL)
    _unpin(vif.vlan_id)
    outer, inner = socket.if_nametoindex(parent), socket.if_nametoindex(host)
    _attach(_untag(vif.vlan_id, inner), outer, "%s/untag-%d" % (PINS, vif.vlan_id))
    _attach(_tag(vif.vlan_id, outer), inner, "%s/tag-%d" % (PINS, vif.vlan_id))


_stock_disconnect = nested.VlanDriver.disconnect


def disconnect(self, vif, ifname, netns, container_id):
    _stock_disconnect(self, vif, ifname, netns, container_id)
    _unpin(vif.vlan_id)


nested.VlanDriver.connect = connect
nested.VlanDriver.disconnect = disconnect

if __name__ == "__main__":
    sys.exit(daemon.start())
