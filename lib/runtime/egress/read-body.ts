/**
 * Reads a body as UTF-8, and no further than `bytesMax`: what comes after is not taken in, and the stream is destroyed.
 * The text is at most `bytesMax` bytes long, also where bytes that are no UTF-8 became longer. It ends between
 * characters.
 */
export async function readBody(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ body: string; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) break;
  }
  const isCut = bytes > bytesMax;
  const kept = Buffer.concat(chunks).subarray(0, bytesMax);
  const text = new TextDecoder().decode(kept, { stream: isCut }); // a stream's last character may be still to come
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytesMax));
  return { body: text.slice(0, read), truncated: isCut || read < text.length };
}
