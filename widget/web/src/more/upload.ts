/** Where and as what a file goes. */
export interface Upload {
  /** The address of the protocol's folder, with a slash at its end. */
  base: string
  site: string
  tok: string
  /** The message's id: under the same one, trying again never sends twice. */
  id: string
  group: string | undefined
  leave: boolean
}

/** An upload under way. */
export interface Sending {
  done: Promise<Outcome>
  cancel(): void
}

/** What became of an upload. */
export interface Outcome {
  /** The server's where it refused, 'network' where nothing arrived, '' where all is well. */
  code: string
  /** After how many milliseconds the server would look at it again, where it says so. */
  retry: number
}

/** The part of XMLHttpRequest that is used here; fetch tells nothing of how far an upload is. */
export type Request = Pick<XMLHttpRequest,
  'open' | 'setRequestHeader' | 'send' | 'abort' | 'status' | 'responseText' | 'onload' | 'onerror' | 'onabort' | 'upload'>

/** Sends a file, telling how much of it has gone, from 0 to 1. */
export function send(file: File, to: Upload, progress: (part: number) => void, request: Request = new XMLHttpRequest()): Sending {
  const done = new Promise<Outcome>((settle) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0)
    request.onload = () => settle(request.status === 200 ? { code: '', retry: 0 } : outcomeOf(request.responseText))
    request.onerror = request.onabort = () => settle(lost)
  })
  request.open('POST', to.base + 'files')
  const headers: Record<string, string | false | undefined> = {
    Authorization: 'Bearer ' + to.tok,
    'X-Chatgroups-Site': to.site,
    'X-Chatgroups-Id': to.id,
    'X-Chatgroups-Group': to.group,
    'X-Chatgroups-Leave': to.leave && '1',
    'X-File-Name': encodeURIComponent(toWellFormed(file.name)),
  }
  for (const [name, value] of Object.entries(headers)) if (value) request.setRequestHeader(name, value)
  request.send(file)
  return { done, cancel: () => request.abort() }
}

// Half a surrogate pair is a name on some systems, and no text.
const toWellFormed = (name: string): string => name.replace(/\p{Surrogate}/gu, '\ufffd')

const lost: Outcome = { code: 'network', retry: 0 }

function outcomeOf(answer: string): Outcome {
  try {
    const { code, retry_ms } = JSON.parse(answer) as { code: unknown; retry_ms?: number }
    return { code: String(code), retry: retry_ms ?? 0 }
  } catch {
    return lost
  }
}
