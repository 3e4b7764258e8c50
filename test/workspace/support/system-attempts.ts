// Attempts to gain powers, to hurt processes, and to reach anyone over the network.
import { attempt, node, type Attempt } from './attempt'

const connect = (where: string) =>
  node(
    `const s = require("net").connect(${where}); s.on("data", (d) => { console.log(String(d)); process.exit() }); s.on("error", (e) => { console.log(e.code); process.exit(1) })`,
  )

/**
 * Never tried without the sandbox, and such that the machine stays as it is even where one succeeds, on the day on which the
 * sandbox is broken: opened and not written, set to the value that it has, created and removed.
 */
export const POWERS: Attempt[] = [
  attempt(
    'writing into the system',
    false,
    () =>
      'for d in / /usr /usr/bin /usr/local /etc /bin /lib /var /opt /root /home /dev /proc; do : > $d/troupe-was-here && echo came-through $d && rm $d/troupe-was-here; done',
  ),
  attempt(
    'appending to the accounts',
    false,
    () => 'for f in /etc/passwd /etc/group /etc/hosts /etc/ld.so.cache; do : >> $f && echo came-through; done',
  ),
  attempt(
    'settings of the kernel',
    false,
    () =>
      'for f in /proc/sys/kernel/printk_ratelimit /proc/sys/kernel/core_pattern /proc/sys/vm/swappiness /proc/sys/net/ipv4/ip_forward /proc/self/oom_score_adj; do v=$(cat $f); echo "$v" > $f && echo came-through; done',
  ),
  attempt('the magic key', false, () => 'echo h > /proc/sysrq-trigger && echo came-through'),
  attempt(
    'mounting',
    false,
    () =>
      'for a in "-t tmpfs x /tmp" "--bind / /tmp" "-o remount,rw /usr" "-o remount,rw /" "-o remount,rw /proc" "-t proc proc /tmp" "-t sysfs x /tmp"; do mount $a && echo came-through; done',
  ),
  attempt(
    'unmounting',
    false,
    () => 'for d in /proc /usr /workspace /dev /tmp /; do umount -l $d && echo came-through; done',
  ),
  attempt(
    'another root',
    false,
    ({ place }) =>
      `chroot /proc/1/root cat ${place.outside}/secret.txt && echo came-through; chroot / true && echo came-through`,
  ),
  attempt(
    'namespaces of its own',
    false,
    () =>
      'unshare -Ur true && echo came-through; unshare -m true && echo came-through; unshare -n true && echo came-through',
  ),
  attempt(
    'namespaces of others',
    false,
    () => 'nsenter -t 1 -a true && echo came-through; nsenter -t $PPID -U true && echo came-through',
  ),
  attempt(
    'making devices',
    false,
    () =>
      'mknod d b 254 0 && echo came-through; mknod c c 1 1 && echo came-through; mknod /tmp/d b 254 0 && echo came-through',
  ),
  attempt(
    'other users',
    false,
    () =>
      'for c in "su -c id" "sudo -n id" "setpriv --reuid 0 id" "setpriv --reuid 65534 id" "chown 0 ." "chgrp 65534 ."; do $c </dev/null && echo came-through; done; id',
    (output) => /uid=0/.test(output),
  ),
  attempt(
    'a program that changes the user',
    false,
    () =>
      'cp /bin/sh s; chmod u+s s; ./s -p -c id; find /usr -perm -4000 -type f -exec {} --help \\; >/dev/null 2>&1; grep -E "^(CapEff|CapPrm|CapBnd|NoNewPrivs)" /proc/self/status',
    (output) => /uid=0/.test(output) || !/CapEff:\s+0+\n/.test(output) || !/NoNewPrivs:\s+1/.test(output),
  ),
  attempt(
    "the machine's name and clock",
    false,
    () => 'hostname $(hostname) && echo came-through; date -s now && echo came-through',
  ),
  attempt(
    'tracing its first process',
    false,
    () => 'strace -p 1 -o /dev/null & sleep 0.2; grep TracerPid /proc/1/status; gdb -p 1 -batch && echo came',
    (output) => /TracerPid:\s+[1-9]/.test(output),
  ),
  attempt(
    'more than the sandbox allows of itself',
    false,
    () =>
      'ulimit -f unlimited && echo came-through; ulimit -n 100000 && echo came-through; ulimit -c 1 && echo came-through; nice -n -5 true 2>&1 | grep -q cannot || echo came-through',
  ),
]

export const PROCESSES: Attempt[] = [
  attempt('killing another process', true, ({ neighbours }) => `kill -9 ${neighbours.victim.pid}`),
  attempt('stopping another process', true, ({ neighbours }) => `kill -STOP ${neighbours.victim.pid}`),
  attempt('killing another process from Node', true, ({ neighbours }) =>
    node(`for (const pid of [${neighbours.victim.pid}]) process.kill(pid, "SIGTERM")`),
  ),
  attempt(
    'tracing another process',
    false,
    ({ neighbours }) =>
      `timeout 1 strace -p ${neighbours.victim.pid} -o /dev/null; timeout 2 gdb -p ${neighbours.victim.pid} -batch -ex "kill"`,
  ),
]

export const NETWORK: Attempt[] = [
  attempt('a server on the loopback', true, ({ neighbours }) => connect(`${neighbours.tcpPort}, "127.0.0.1"`)),
  attempt('a server by the name localhost', true, ({ neighbours }) => connect(`${neighbours.tcpPort}, "localhost"`)),
  attempt("a server by the machine's own address", true, ({ neighbours }) =>
    connect(`${neighbours.tcpPort}, "${neighbours.address}"`),
  ),
  attempt('a datagram', true, ({ neighbours }) =>
    node(
      `const s = require("dgram").createSocket("udp4"); s.send("x", ${neighbours.udpPort}, "127.0.0.1", () => s.close()); s.on("error", () => process.exit(1))`,
    ),
  ),
  attempt('a question to a name server', true, ({ neighbours }) =>
    node(
      `const { Resolver } = require("dns"); const r = new Resolver({ timeout: 200, tries: 1 }); r.setServers(["127.0.0.1:${neighbours.udpPort}"]); r.resolve4("example.org", () => process.exit())`,
    ),
  ),
  attempt('a unix socket', true, ({ neighbours }) => connect(`"${neighbours.socketPath}"`)),
  attempt(
    'a unix socket through a link',
    true,
    ({ neighbours }) => `ln -s ${neighbours.socketPath} s; ${connect('"./s"')}`,
  ),
  attempt('an abstract socket', true, ({ neighbours }) => connect(`"\\0${neighbours.abstractName}"`)),
  attempt('the names of the world', false, () =>
    node('require("dns").lookup("example.org", (e) => console.log(e ? e.code : "came-through"))'),
  ),
  attempt('the world', false, () =>
    node(
      'fetch("http://1.1.1.1", { signal: AbortSignal.timeout(2000) }).then(() => console.log("came-through"), (e) => console.log(e.cause?.code))',
    ),
  ),
  attempt('cards of the machine', false, () =>
    node(
      'const all = Object.keys(require("os").networkInterfaces()).filter((n) => n !== "lo"); if (all.length) console.log("came-through", all)',
    ),
  ),
]
