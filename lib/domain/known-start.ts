import { expressionIn } from "./template.ts";
import { type TemplatePart, templateParts } from "./template-syntax.ts";
import { wholeOrigin } from "./url-text.ts";

/** As much of a URL as no template changes, when that says where it leads: its host at least. Null when it does not. */
export function knownStart(url: string): string | null {
  if (expressionIn(url) !== null) return null;
  const parts = templateParts(url);
  const templateAt = parts.findIndex((part) => part.kind !== "text");
  const start = literalText(templateAt === -1 ? parts : parts.slice(0, templateAt));
  return templateAt === -1 || wholeOrigin.test(start) ? start : null;
}

/** True where a URL that was filled in leads to the origin that is written out in its template. */
export function keepsOrigin(template: string, url: string): boolean {
  const start = knownStart(template);
  const origin = start === null ? undefined : URL.parse(start)?.origin;
  return origin !== undefined && origin === URL.parse(url)?.origin;
}

/** The parts of a text that stand there as they are. */
export function literalText(parts: readonly TemplatePart[]): string {
  return parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}
