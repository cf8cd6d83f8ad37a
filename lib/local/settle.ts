import type { LambdaHost } from "./lambda-host.ts";
import type { Mapping } from "./mapping.ts";

/**
 * Returns when all is quiet: no mapping has anything left to deliver, no function runs, and nothing has run since that was asked.
 *
 * @throws Error when a stream mapping is blocked.
 */
export async function settle(host: LambdaHost, mappings: readonly Mapping[]): Promise<void> {
  for (;;) {
    await host.idle();
    const before = host.started;
    await Promise.all(mappings.map((mapping) => mapping.catchUp()));
    await host.idle();
    // What ran in the meantime may have written or sent something that a mapping has not seen.
    if (host.started === before) return;
  }
}
