// HOST. Payloads and failures of a history, decoded; large ones are fetched from the store first.
import { StorageDriverClaim, type LoadedDataConverter, type Payload, type ProtoFailure } from '@temporalio/common'
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
  decodeReferencePayload,
  isReferencePayload,
} from '@temporalio/common/lib/internal-non-workflow'

export async function decodePayload<Value>(
  converter: LoadedDataConverter,
  payload: Payload | null | undefined,
): Promise<Value | undefined> {
  if (!payload) return undefined
  return decodeFromPayloadsAtIndex<Value>(converter, 0, [await inline(converter, payload)])
}

export async function decodeFailure(
  converter: LoadedDataConverter,
  failure: ProtoFailure | null | undefined,
): Promise<Error | undefined> {
  return decodeOptionalFailureToOptionalError(converter, failure)
}

async function inline(converter: LoadedDataConverter, payload: Payload): Promise<Payload> {
  if (!isReferencePayload(payload)) return payload
  const { driverName, claimData } = decodeReferencePayload(payload)
  const [found] =
    (await converter.externalStorage?.getDriver(driverName)?.retrieve({}, [new StorageDriverClaim(claimData)])) ?? []
  return found ?? payload
}
