import { JsonCopier, NotJson } from "#domain/template-copy.ts";
import { limits } from "./limits.ts";

/** What expressions read as JSON text; or why none may read it, in words that follow an expression's name. */
export type InputText = { ok: true; json: string } | { ok: false; reason: string };

/** Members by which JSONata tells functions from data. Data that had them would be taken for code. */
const reservedMember = /"_jsonata_(?:lambda|function)":/;

/** A value as the thread that evaluates is sent it. */
export function inputText(value: unknown): InputText {
  try {
    const json = JSON.stringify(new JsonCopier(limits.inputBytesMax).copy(value));
    if (!reservedMember.test(json)) return { ok: true, json };
    return { ok: false, reason: "reads what has a member _jsonata_lambda or _jsonata_function, which are reserved" };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, reason: `reads what ${error.message}` };
    throw error;
  }
}
