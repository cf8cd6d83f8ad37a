import { createHash } from "node:crypto";
import type { InstanceView } from "#contract/instance-fields.ts";
import { etagOf } from "#domain/etag.ts";
import { type HttpAnswer, resource } from "#runtime/http-answer.ts";

/** Why an action is blocked although the instance, as it is stored, would allow it: by a switch, or for this caller. */
const besideVersion = new Set(["state_disabled", "action_disabled", "target_disabled", "role_missing"]);

/** An answer with an instance. */
export function instanceAnswer(status: 200 | 201, view: InstanceView, location?: string): HttpAnswer {
  return resource(status, view, location, variantOf(view));
}

/** The ETag of an instance as it is shown. */
export function instanceEtag(view: InstanceView): string {
  return etagOf(view.version, variantOf(view));
}

/**
 * A digest of the actions that are shown, where they depend on more than the instance's version: on what of its definition
 * is disabled, or on who asks. So no 304 keeps from a client what has changed for it.
 */
function variantOf({ available_actions, blocked_actions }: InstanceView): string | null {
  const isPlain =
    blocked_actions.every(({ reason, enabled }) => enabled && !besideVersion.has(reason)) &&
    available_actions.every(({ enabled }) => enabled);
  if (isPlain) return null;
  const shown = JSON.stringify([available_actions, blocked_actions]);
  return createHash("sha256").update(shown).digest("base64url").slice(0, 11);
}
