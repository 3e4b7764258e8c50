// HOST. Objects of a store in a bucket, with what a store needs of them: bytes by key, and a creation that only the first one wins.
import type * as sdk from '@aws-sdk/client-s3'
import { messageOf, TroupeError } from '../contract/errors'
import type { S3Location } from './s3-location'

/** One call: a store on another continent answers within seconds, and a large artifact takes some more. */
const CALL_TIMEOUT_MS = 60_000
/** Two creations at the same moment: the service has one of them try again. */
const CONFLICT_ATTEMPTS = 10
const CONFLICT_PAUSE_MS = 50

/** The SDK tries again what was not answered, but not a body that breaks off. */
const BODY_ATTEMPTS = 3

type Sdk = typeof sdk

export class S3Objects {
  private constructor(
    /** As messages name it. */
    readonly place: string,
    private readonly location: S3Location,
    private readonly sdk: Sdk,
    private readonly client: sdk.S3Client,
  ) {}

  /** @throws TroupeError `StoreUnavailable` where the library is not installed */
  static async connect(place: string, location: S3Location): Promise<S3Objects> {
    const library = await import('@aws-sdk/client-s3').catch((error: unknown) => {
      throw new TroupeError('StoreUnavailable', `the store ${place} needs the package "@aws-sdk/client-s3"`, {
        hint: 'npm install @aws-sdk/client-s3',
        cause: error,
      })
    })
    const { endpoint, region = process.env['AWS_REGION'] ?? 'us-east-1' } = location
    const client = new library.S3Client({
      region,
      // Other services are rarely set up for a host name of each bucket
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    return new S3Objects(place, location, library, client)
  }

  /** Undefined if there is none. */
  async get(key: string): Promise<Buffer | undefined> {
    return this.attempt(async (abortSignal) => {
      try {
        for (let attempt = 1; ; attempt++) {
          const { Body } = await this.client.send(new this.sdk.GetObjectCommand(this.at(key)), { abortSignal })
          try {
            return Buffer.from(await Body!.transformToByteArray())
          } catch (error) {
            if (abortSignal.aborted || attempt === BODY_ATTEMPTS) throw error
          }
        }
      } catch (error) {
        if (statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket') return undefined
        throw error
      }
    })
  }

  /** In bytes; undefined if there is none. */
  async size(key: string): Promise<number | undefined> {
    return this.attempt(async (abortSignal) => {
      try {
        const { ContentLength } = await this.client.send(new this.sdk.HeadObjectCommand(this.at(key)), { abortSignal })
        return ContentLength
      } catch (error) {
        if (statusOf(error) === 404) return undefined
        throw error
      }
    })
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.attempt((abortSignal) =>
      this.client.send(new this.sdk.PutObjectCommand({ ...this.at(key), Body: bytes }), { abortSignal }),
    )
  }

  /** False if it exists: nothing is changed then. */
  async createOnce(key: string, bytes: Uint8Array): Promise<boolean> {
    return this.attempt(async (abortSignal) => {
      for (let attempt = 1; ; attempt++) {
        try {
          const put = new this.sdk.PutObjectCommand({ ...this.at(key), Body: bytes, IfNoneMatch: '*' })
          await this.client.send(put, { abortSignal })
          return true
        } catch (error) {
          if (statusOf(error) === 412) return false
          if (statusOf(error) !== 409 || attempt === CONFLICT_ATTEMPTS) throw error
          await new Promise((resolve) => setTimeout(resolve, CONFLICT_PAUSE_MS * attempt))
        }
      }
    })
  }

  async remove(key: string): Promise<void> {
    await this.attempt((abortSignal) =>
      this.client.send(new this.sdk.DeleteObjectCommand(this.at(key)), { abortSignal }),
    )
  }

  /** Keys that start so. */
  async list(prefix: string): Promise<string[]> {
    const own = this.location.prefix
    return this.attempt(async (abortSignal) => {
      const keys: string[] = []
      let token: string | undefined
      do {
        const { Bucket, Key: Prefix } = this.at(prefix)
        const list = new this.sdk.ListObjectsV2Command({ Bucket, Prefix, ContinuationToken: token })
        const { Contents = [], IsTruncated, NextContinuationToken } = await this.client.send(list, { abortSignal })
        keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(own.length)])))
        // Some services send an empty token with the last page
        token = IsTruncated ? NextContinuationToken : undefined
      } while (token)
      return keys
    })
  }

  private at(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.location
    return { Bucket: bucket, Key: prefix + key }
  }

  private async attempt<Value>(work: (abortSignal: AbortSignal) => Promise<Value>): Promise<Value> {
    try {
      return await work(AbortSignal.timeout(CALL_TIMEOUT_MS))
    } catch (error) {
      throw this.explained(error)
    }
  }

  private explained(error: unknown): TroupeError {
    const status = statusOf(error)
    const name = nameOf(error)
    const isRefused = status === 401 || status === 403 || name === 'CredentialsProviderError'
    const hints: [boolean, string][] = [
      [name === 'NoSuchBucket', 'make the bucket, or name another one in TROUPE_STORE'],
      [
        isRefused,
        'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, that may read, write and list there (s3:ListBucket)',
      ],
    ]
    const hint = hints.find(([applies]) => applies)?.[1]
    // A body of another form than the service's own makes the SDK's message long
    const what = [name, status, messageOf(error).split('\n')[0]].filter((one) => one !== undefined && one !== '')
    return new TroupeError('StoreUnavailable', `the store ${this.place} cannot be used: ${what.join(' ')}`, {
      hint: hint ?? 'see whether the service answers, then try again',
      retryable: hint === undefined,
      cause: error,
    })
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
}

function nameOf(error: unknown): string | undefined {
  return (error as { name?: string } | undefined)?.name
}
