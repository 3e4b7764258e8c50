// HOST. Who somebody is that says nothing of it: the name that they are logged in by.
import { userInfo } from 'node:os'

export function loginName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody' // an account without an entry, as containers have it
  }
}
