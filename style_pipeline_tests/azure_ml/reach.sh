#!/bin/sh
# Stands for ssh: 'reach.sh [-x] NODE COMMAND...' starts COMMAND on a simulated node, which is a
# session of its own in a folder of its own. NODES is the folder of all nodes.
[ "$1" = "-x" ] && shift
node=$1
shift
cd "$NODES/$node" || exit 1
exec setsid -w sh -c "echo \$\$ >> '$NODES/$node.sessions'; exec $*"
