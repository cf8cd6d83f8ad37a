import { mayPass } from "./may-pass.ts";

/** Notes why something failed. Of two reasons that one is kept which may pass: what is tried again may still be whole. */
export function noteFailure<Item>(failures: Map<Item, unknown>, item: Item, error: unknown): void {
  if (!mayPass(failures.get(item))) failures.set(item, error);
}
