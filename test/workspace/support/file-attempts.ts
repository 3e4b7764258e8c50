// Attempts to read and to write what is not the copy.
import { readdirSync, readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { attempt, node, type Attempt } from './attempt'

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

/** An archive that holds `hurt` under a name, which tar itself would not write without being asked. */
function evilTar(name: string): string {
  return `echo hurt > plain.txt; tar -cPf evil.tar --transform 's,.*,${name},' plain.txt; rm plain.txt;`
}
