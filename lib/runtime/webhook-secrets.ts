import { signingKeys } from "#store/signing-keys.ts";
import { newSigningKey } from "./new-signing-key.ts";

/** A rotation holds everywhere after this time. */
const maxAgeMs = 60_000;

/**
 * The secrets that sign the webhooks of runs, as receivers write them (`whsec_...`): the one that is in force, and the one
 * before it until the next rotation, so that receivers can change theirs in between.
 */
export async function webhookSecrets(nowMs: number): Promise<string[]> {
  const { current, previous } = await signingKeys("webhook", { nowMs, maxAgeMs }, newSigningKey);
  return [current, previous].flatMap((key) => (key === null ? [] : [`whsec_${key.toString("base64")}`]));
}
