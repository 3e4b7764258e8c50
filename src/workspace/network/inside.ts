// HOST. What a sandboxed command has of the network, where it was granted hosts: the proxy's socket, a forwarder on the sandbox's
// own loopback, the certificates of the world, and variables by which programs find the way.
import type { NetworkGrant } from '../../contract/network'
import { builtFile } from '../../package-root'

/** In a network of its own, every port is free. */
const PORT = 3128
const SOCKET = '/proxy/socket'
const FORWARDER = '/proxy/forwarder.js'
/** Servers that a command starts for itself are asked directly, unless these names were granted: then they mean the machine's. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '::1']
/** Where systems keep the certificates that everybody trusts. Keys lie elsewhere. */
const CERTIFICATES = [
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/ca-certificates',
  '/etc/pki/tls/certs',
  '/etc/pki/ca-trust/extracted',
]

export function networkMounts(socketPath: string): string[] {
  return [
    ...CERTIFICATES.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--ro-bind', builtFile('src/workspace/network/forwarder-main.js'), FORWARDER, '--ro-bind', socketPath, SOCKET],
  ]
}

/** By the names that curl, git, pip, Go, Cargo, npm and Node (from 24 on) look at. */
export function networkEnvironment(grants: readonly NetworkGrant[]): Record<string, string> {
  const proxy = `http://127.0.0.1:${PORT}`
  const granted = new Set(grants.map(({ host }) => host))
  const own = OWN_HOSTS.filter((host) => !granted.has(host) && !granted.has(`[${host}]`)).join(',')
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'npm_config_proxy', 'npm_config_https_proxy']
  return {
    ...Object.fromEntries(names.map((name) => [name, proxy])),
    ...Object.fromEntries(['NO_PROXY', 'no_proxy', 'npm_config_noproxy'].map((name) => [name, own])),
    NODE_USE_ENV_PROXY: '1',
  }
}

/** Lines of the shell before the command: the forwarder listens when its output ends. */
export function openNetwork(): string[] {
  const start = `"${process.execPath}" ${FORWARDER} ${PORT} ${SOCKET} </dev/null 2>/dev/null &`
  return [`[ "$(${start})" = ready ] || { echo "the way to the network could not be opened"; exit 125; }`]
}
