"""Runs Kuryr's own CNI daemon beside an Open vSwitch that forwards in user space.

Everything is stock Kuryr and os-vif except two things. Kuryr's VIFs do not say of which datapath type
their bridge is. os-vif then sets it to the kernel's at each plug, OVN's controller sets it back, and the
bridge is made anew both times, whereby the node loses its address: here os-vif takes the bridge to be in
user space. And the pod's end of its veth sends complete checksums, since the switch in user space cannot
finish those that are left to the network card. Where the kernel has openvswitch this file is not used.
"""
import subprocess
import sys

from kuryr_kubernetes.cmd import daemon
from kuryr_kubernetes.cni.binding import bridge
from vif_plug_ovs import constants
from vif_plug_ovs import ovs

_stock_datapath_type = ovs.OvsPlugin._get_vif_datapath_type
_stock_connect = bridge.VIFOpenVSwitchDriver.connect


def datapath_type(vif, datapath=constants.OVS_DATAPATH_NETDEV):
    return _stock_datapath_type(vif, datapath)


def connect(self, vif, ifname, netns, container_id):
    _stock_connect(self, vif, ifname, netns, container_id)
    subprocess.run(["nsenter", "--net=" + netns, "ethtool", "-K", ifname, "tx", "off"],
                   check=True, stdout=subprocess.DEVNULL)


# The default is bound when os-vif's class is made, so a new value of its constant would come too late.
ovs.OvsPlugin._get_vif_datapath_type = staticmethod(datapath_type)
bridge.VIFOpenVSwitchDriver.connect = connect

if __name__ == "__main__":
    sys.exit(daemon.start())
