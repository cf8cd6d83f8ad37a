import type { HttpResult } from "#domain/http-exchange.ts";

const unreadable = "***";
/** Shorter pieces of base64 stand in texts by chance. */
const base64LengthMin = 8;

/**
 * The result with every secret that was sent made unreadable: the other side may have sent it back, as it is or encoded. Of
 * an answer that was cut off, the end goes too, as far as it could be the beginning of a secret.
 */
export function withoutSecrets(result: HttpResult, secrets: ReadonlyMap<string, string>): HttpResult {
  if (result.kind !== "response") return result;
  const forms = [...secrets.values()].flatMap(formsOf).sort((a, b) => b.length - a.length);
  const body = forms.reduce((text, form) => text.replaceAll(form, unreadable), result.body);
  const [longest = ""] = forms;
  const keptLength = result.truncated ? Math.max(body.length - longest.length, 0) : body.length;
  return { ...result, body: body.slice(0, keptLength).toWellFormed() };
}

/** How a secret may come back: in JSON, in a URL or a form, in base64; and read as UTF-8, which a header is not. */
function formsOf(secret: string): string[] {
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const bytes = [Buffer.from(secret, "latin1"), Buffer.from(secret)];
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    inUrl,
    new URLSearchParams([["", secret]]).toString().slice(1),
    new TextDecoder().decode(bytes[0]),
    ...bytes.flatMap(base64FormsOf),
  ];
  return [...new Set(forms)].filter((form) => form !== "");
}

/**
 * What is of the bytes alone in the base64 of a text that holds them, at each of the three places where they may begin; in
 * both alphabets.
 */
function base64FormsOf(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const form = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return form.length < base64LengthMin ? [] : [form, form.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
