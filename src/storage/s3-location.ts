// PURE. Where a store in a bucket is: `s3://BUCKET/PREFIX`, with `?endpoint=URL` for other services than Amazon's, and `&region=NAME`.
import { TroupeError } from '../contract/errors'
import { quote } from '../contract/json'

export interface S3Location {
  bucket: string
  /** Empty, or with a slash at its end. */
  prefix: string
  endpoint?: string
  region?: string
}

export function isS3Location(location: string): boolean {
  return location.startsWith('s3://')
}

/** @throws TroupeError `InvalidUsage` */
export function parseS3Location(location: string): S3Location {
  const problem = (what: string): TroupeError =>
    new TroupeError('InvalidUsage', `${quote(withoutKey(location))} is no place of a store: ${what}`, {
      hint: 's3://BUCKET/PREFIX, and where it is not at Amazon ?endpoint=https://HOST; keys come from the environment (AWS_ACCESS_KEY_ID …)',
    })
  let url: URL
  try {
    url = new URL(location)
  } catch {
    throw problem('it is no URL')
  }
  const { hostname: bucket, pathname, searchParams, username, password } = url
  if (username || password) throw problem('it holds a key, which would be shown wherever the store is named')
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw problem(`a bucket is not called ${quote(bucket)}`)
  const unknown = [...searchParams.keys()].find((name) => !['endpoint', 'region'].includes(name))
  if (unknown !== undefined) throw problem(`it has no setting ${quote(unknown)}`)
  const [endpoint, region] = [searchParams.get('endpoint'), searchParams.get('region')]
  if (endpoint !== null) {
    if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
      throw problem('its endpoint is no URL that begins with https:// or http://')
    if (new URL(endpoint).username || new URL(endpoint).password)
      throw problem('its endpoint holds a key, which would be shown wherever the store is named')
  }
  let path: string
  try {
    path = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '')
  } catch {
    throw problem('its prefix is not encoded as a URL is')
  }
  return {
    bucket,
    prefix: path === '' ? '' : `${path}/`,
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
  }
}

/** As messages may show it. */
function withoutKey(location: string): string {
  return location.replace(/\/\/.*@/, '//…@')
}
