// Why an upload failed, and whether it can pass when it is tried again.

/** Returns the portal's own sentence in a response. Undefined for another's: gateways answer JSON too, with a `message`. */
export function sentenceOf(body) {
  try {
    return JSON.parse(body).sentence;
  } catch {
    return undefined;
  }
}

/** Tells whether a file can still be read. A browser gives up a file that changed on the disk after it was chosen. */
async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the key of a sentence of upload_texts.py, or the portal's own sentence, and whether trying again makes sense.
 * What the portal refused never passes later. What was not the portal's answer may.
 */
export async function judge(file, request) {
  const status = request?.status ?? 200; // Without a request, the answer could not be read.
  const said = status && request ? sentenceOf(request.responseText) : undefined;
  if (status === 0 && !(await isReadable(file))) return { key: "changed", again: false };
  if (status === 0) return { key: navigator.onLine ? "unreachable" : "offline", again: true };
  if (status === 401) return { key: "ended", again: true };
  if (status === 413 && !said) return { key: "heldUp", again: false };
  if (!said) return { key: "unreadable", again: true };
  return { sentence: said, again: status >= 500 || status === 408 || status === 429 };
}
