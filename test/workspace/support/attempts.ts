// Ways out of the sandbox that its commands try. Each is told by its effect: the canary in the output, a changed place, a
// visit at a listener, a hurt process. `works` are those that succeed without the sandbox: proof that the attempt is real.
import { hostname, homedir } from 'node:os'
import { readdirSync, readFileSync } from 'node:fs'
import type { Neighbours } from './neighbours'
import type { Playground } from './playground'

export interface Scene {
  place: Playground
  neighbours: Neighbours
}

export interface Attempt {
  name: string
  /** A shell script; its working directory is the copy. */
  script(scene: Scene): string
  /** True if it came through, where its output alone can say so; the canary in it always does. */
  betrayed?(output: string): boolean
  /** Whether it succeeds without the sandbox, for any user. */
  works: boolean
}

const node = (code: string) => `node -e '${code}'`
const connect = (where: string) =>
  node(
    `const s = require("net").connect(${where}); s.on("data", (d) => { console.log(String(d)); process.exit() }); s.on("error", (e) => { console.log(e.code); process.exit(1) })`,
  )
const attempt = (name: string, works: boolean, script: Attempt['script'], betrayed?: Attempt['betrayed']): Attempt => ({
  name,
  works,
  script,
  betrayed,
})
/** Any line that a host's file has, and no made-up one would. */
const hasLineOf = (path: string) => (output: string) => {
  try {
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.length > 10)
    return lines.some((line) => output.includes(line))
  } catch {
    return false
  }
}

export const READING: Attempt[] = [
  attempt('a file beside the copy', true, () => 'cat ../outside/secret.txt'),
  attempt('a file by its absolute path', true, ({ place }) => `cat ${place.outside}/secret.txt`),
  attempt('through a link that it makes', true, ({ place }) => `ln -s ${place.outside} l && cat l/secret.txt`),
  attempt('through a hard link that it makes', true, ({ place }) => `ln ${place.outside}/secret.txt h && cat h`),
  attempt(
    'through the root of its first process',
    false,
    ({ place }) => `cat /proc/1/root${place.outside}/secret.txt /proc/self/root${place.outside}/secret.txt`,
  ),
  attempt(
    'through the folder of another process',
    false,
    ({ place }) =>
      `for p in /proc/[0-9]*; do cat $p/cwd/../outside/secret.txt $p/root${place.outside}/secret.txt; done`,
  ),
  attempt(
    'through open files of all processes',
    false,
    () => 'for f in /proc/[0-9]*/fd/[3-9]*; do timeout 0.2 head -c 1000 $f; done </dev/null',
  ),
  attempt(
    'the home of the user',
    true,
    () => `ls -A ${homedir()}`,
    (output) => readdirSync(homedir()).some((name) => output.split('\n').includes(name)),
  ),
  attempt("the user's home by its name", false, () => 'cat ~root/.* ~/.* /home/*/.*; ls -A /home /root'),
  attempt('/etc/shadow', false, () => 'cat /etc/shadow /etc/gshadow', hasLineOf('/etc/shadow')),
  attempt('/etc/passwd', true, () => 'cat /etc/passwd', hasLineOf('/etc/passwd')),
  attempt(
    "the machine's name",
    true,
    () => node('console.log(`[${require("os").hostname()}]`)'),
    (output) => output.includes(`[${hostname()}]`),
  ),
  attempt('another process by its environment', true, () => 'cat /proc/[0-9]*/environ'),
  attempt('another process by its arguments', true, () => 'cat /proc/[0-9]*/cmdline'),
  attempt(
    "another process's memory",
    false,
    ({ neighbours }) => `head -c 1 /proc/${neighbours.victim.pid}/mem; cat /proc/${neighbours.victim.pid}/maps`,
    (output) => output.includes('r-xp'),
  ),
  attempt(
    'the environment of whoever started it',
    false,
    () => 'env; export; cat /proc/self/environ /proc/1/environ /proc/$PPID/environ',
  ),
  attempt(
    'the stores and sockets of services',
    true,
    () => 'ls -d /run/* /var/lib/* /sys/* /srv /mnt /boot',
    (output) => output.split('\n').some((line) => /^\/(run|var\/lib|sys)\/\w/.test(line)),
  ),
  attempt(
    'disks and the kernel',
    false,
    () =>
      'for d in $(find /dev -type b) /dev/mem /dev/kmsg /dev/port /proc/kcore /proc/kmsg; do timeout 1 head -c 16 $d && echo read-it; done',
    (output) => output.includes('read-it'),
  ),
  attempt(
    'devices',
    true,
    () => 'ls /dev',
    (output) =>
      output
        .split('\n')
        .some(
          (name) =>
            name !== '' && !/^(core|fd|full|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero)$/.test(name),
        ),
  ),
  attempt('shared memory of the machine', false, () => 'cat /dev/shm/*; ipcs -m | grep 0x'),
]

export const WRITING: Attempt[] = [
  attempt('over a file beside the copy', true, () => 'echo hurt > ../outside/secret.txt'),
  attempt('a new file beside the copy', true, ({ place }) => `echo hurt > ${place.outside}/new.txt`),
  attempt('through a link', true, ({ place }) => `ln -s ${place.outside}/secret.txt l; echo hurt > l`),
  attempt('through a hard link', true, ({ place }) => `ln ${place.outside}/secret.txt h && echo hurt >> h`),
  attempt('by moving', true, ({ place }) => `mv ${place.outside}/secret.txt .`),
  attempt('by removing', true, () => 'rm -rf ../outside'),
  attempt('by changing rights', true, ({ place }) => `chmod 777 ${place.outside}/secret.txt`),
  attempt(
    'by exchanging the copy itself',
    true,
    ({ place }) => `cd / && mv ${place.inside} ${place.root}/elsewhere; mv /workspace ${place.root}/elsewhere`,
  ),
  attempt(
    'from a process left behind',
    true,
    ({ place }) => `(cd /; exec sh -c 'echo hurt > ${place.outside}/secret.txt') & wait`,
  ),
  attempt(
    'what it is given to read only',
    true,
    ({ place }) =>
      `echo hurt > ${place.root}/given/reporter.js; rm -rf ${place.root}/given/*; chmod -R 777 ${place.root}/given`,
  ),
  attempt(
    'by unpacking an archive with ../ in it',
    true,
    ({ place }) => `${evilTar('../outside/secret.txt')} tar -xPf evil.tar; ls ${place.outside}`,
  ),
  attempt(
    'by unpacking an archive with an absolute path',
    true,
    ({ place }) => `${evilTar(`${place.outside}/secret.txt`)} tar -xPf evil.tar`,
  ),
  attempt(
    'by unpacking an archive with a link and a file behind it',
    true,
    ({ place }) =>
      `mkdir a b; ln -s ${place.outside} a/way; mkdir b/way; echo hurt > b/way/secret.txt; tar -cf evil.tar -C a way; tar -rf evil.tar -C b way/secret.txt; mkdir c; tar -xPf evil.tar --keep-directory-symlink -C c; tar -xf evil.tar -C c`,
  ),
  attempt('by a careless unpacker of zip files', true, () =>
    node(
      'const fs = require("fs"); for (const [name, text] of [["../outside/secret.txt", "hurt"]]) fs.writeFileSync(require("path").join(process.cwd(), name), text)',
    ),
  ),
]

/** What changes the machine if it succeeds is never tried without the sandbox. */
export const POWERS: Attempt[] = [
  attempt(
    'writing into the system',
    false,
    () =>
      'for d in / /usr /usr/bin /usr/local /etc /bin /lib /var /opt /root /home /dev /proc; do echo x > $d/troupe-was-here && echo came-through $d; done',
  ),
  attempt(
    'appending to the accounts',
    false,
    () => 'for f in /etc/passwd /etc/group /etc/hosts /etc/ld.so.cache; do echo x >> $f && echo came-through; done',
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
    () => 'hostname evil && echo came-through; date -s @0 && echo came-through',
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
  attempt('killing whoever carries the name', true, ({ neighbours }) =>
    node(`for (const pid of [${neighbours.victim.pid}]) process.kill(pid, "SIGTERM")`),
  ),
  attempt(
    'killing everything it sees',
    false,
    () => 'for p in /proc/[0-9]*; do n=${p#/proc/}; [ $n = $$ ] || kill -9 $n; done',
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

/** An archive that holds `hurt` under a name, which tar itself would not write without being asked. */
function evilTar(name: string): string {
  return `echo hurt > plain.txt; tar -cPf evil.tar --transform 's,.*,${name},' plain.txt; rm plain.txt;`
}
