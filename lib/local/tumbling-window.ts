/** A window of time on a shard, and what the function made of it so far. */
export type TumblingWindow = { readonly startMs: number; readonly endMs: number; state: unknown };

/** Lambda ends a window early when its state grows beyond this. */
const stateBytesMax = 1024 * 1024;

/** The window in which a time lies, with nothing in it yet. */
export function windowOf(timeMs: number, sizeMs: number): TumblingWindow {
  const startMs = Math.floor(timeMs / sizeMs) * sizeMs;
  return { startMs, endMs: startMs + sizeMs, state: {} };
}

/**
 * What a tumbling window adds to a stream event.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
 */
export function windowMembers(
  window: TumblingWindow,
  sourceArn: string,
  shardId: string,
  isFinal: boolean,
): Record<string, unknown> {
  const time = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
  const tooLarge = Buffer.byteLength(JSON.stringify(window.state)) > stateBytesMax;
  return {
    window: { start: time(window.startMs), end: time(window.endMs) },
    state: window.state,
    shardId,
    eventSourceARN: sourceArn,
    isFinalInvokeForWindow: isFinal || tooLarge,
    isWindowTerminatedEarly: tooLarge,
  };
}
