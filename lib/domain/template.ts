import type { Violation } from "./domain-error.ts";
import { JsonCopier, NotJson } from "./template-copy.ts";
import { dotted, lookUp, missingMessage } from "./template-lookup.ts";
import { type TemplatePart, templateParts } from "./template-syntax.ts";
import { urlText } from "./url-text.ts";

/** Values that templates name, by their first name: `payload`, `steps` and so on. Own properties alone are reached. */
export type TemplateScope = Readonly<Record<string, unknown>>;

/** The longest that is made of templates and expressions: as JSON, in UTF-8 bytes. */
export const renderedBytesMax = 256 * 1024;

/** How many violations are told of one value. */
const violationsMax = 100;

/**
 * A path that names nothing, a template that cannot be read, or a value that cannot be put in. The message says which, and
 * how to mend it.
 */
export class TemplateError extends Error {
  /** The path that was named, with dots; empty where the fault is not one path's. */
  readonly path: string;
  /** Where in the rendered value it stands, with dots; empty: the value itself. */
  readonly at: string;
  /** The message without its subject: "names steps.fetch, which is not there: ...". */
  readonly reason: string;

  constructor(reason: string, { path = "", at = "" }: { path?: string; at?: string } = {}) {
    super(`${at === "" ? "The value" : at} ${reason}`);
    this.name = "TemplateError";
    this.path = path;
    this.at = at;
    this.reason = reason;
  }
}

/**
 * What is wrong with the templates of a JSON value, before there is anything to render: bad syntax, and paths that
 * `allowsReference` objects to. At most 100 are told.
 *
 * @param at where the value stands: violations are named below it
 * @param allowsReference why a path may not be named there, or null. `${user}` is not asked about: it may name nothing
 */
export function templateViolations(
  value: unknown,
  at: string,
  allowsReference: (path: readonly string[], at: string) => string | null,
): Violation[] {
  const violations = partsIn(value, at).flatMap(({ part, at: path }) => {
    const message =
      part.kind === "fault" ? part.message : part.kind === "path" ? allowsReference(part.path, path) : null;
    return message === null ? [] : [{ path, message }];
  });
  return [...violations.take(violationsMax)];
}

/** Every path that is named in a JSON value, `${user}` as `payload.user`, as often as it is. */
export function referencesOf(value: unknown): string[][] {
  return [...partsIn(value, "").flatMap(({ part }) => ("path" in part ? [[...part.path]] : []))];
}

/** True where rendering may change something, or fail. */
export function hasTemplate(value: unknown): boolean {
  return textsIn(value, "").some(
    ({ text }) => expressionIn(text) !== null || templateParts(text).some((part) => templateIn(text, part)),
  );
}

/**
 * The value with its templates replaced, as a new value that shares nothing with value or scope. A text that is one
 * template alone becomes what it names, of whatever type; within a longer text values are put in as text, and what is no
 * text as JSON. Names of members are not templates.
 *
 * @param expressions what the expressions (`{% ... %}`) in it gave, by their text
 * @param urlAt where in the value a URL stands: what is put into its path, its query or its fragment is encoded
 * @throws TemplateError when a path is not there, or the whole is over 256 KiB as JSON
 */
export function render(
  value: unknown,
  scope: TemplateScope,
  expressions: ReadonlyMap<string, unknown> = new Map(),
  urlAt: string | null = null,
): unknown {
  const copier = new JsonCopier(renderedBytesMax);
  const rendered = (member: unknown, at: string, depth: number): unknown => {
    try {
      if (typeof member === "string")
        return renderText(member, at, { scope, expressions, copier, isUrl: at === urlAt });
      return copier.mapped(member, depth, (each, name) => rendered(each, joined(at, name), depth + 1));
    } catch (error) {
      if (error instanceof NotJson) throw new TemplateError(error.message, { at });
      throw error;
    }
  };
  return rendered(value, "", 0);
}

/** The expression of a text that is `{% expression %}` and nothing else; null for any other. */
export function expressionIn(text: string): string | null {
  return text.length >= 4 && text.startsWith("{%") && text.endsWith("%}") ? text.slice(2, -2).trim() : null;
}

/** Every text in a JSON value, in its order, with the path at which it stands. */
export function* textsIn(value: unknown, at: string): Generator<{ text: string; at: string }, undefined> {
  const open = [{ value, at }]; // no recursion: a value may be nested as deep as it likes
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: member, at: path } = next;
    if (typeof member === "string") yield { text: member, at: path };
    else if (typeof member === "object" && member !== null) {
      for (const [name, each] of Object.entries(member).reverse()) open.push({ value: each, at: joined(path, name) });
    }
  }
}

function partsIn(value: unknown, at: string) {
  return textsIn(value, at)
    .filter(({ text }) => expressionIn(text) === null)
    .flatMap((place) => templateParts(place.text).map((part) => ({ part, at: place.at })));
}

type Rendering = {
  scope: TemplateScope;
  expressions: ReadonlyMap<string, unknown>;
  copier: JsonCopier;
  isUrl: boolean;
};

function renderText(text: string, at: string, { scope, expressions, copier, isUrl }: Rendering): unknown {
  const expression = expressionIn(text);
  if (expression !== null) {
    if (!expressions.has(expression)) throw new TemplateError("is an expression, which cannot stand here", { at });
    return copier.copy(expressions.get(expression));
  }
  const parts = templateParts(text);
  const [first] = parts;
  if (first === undefined) return copier.text(text);
  if (parts.length === 1) return copier.copy(valueFor(first, scope, at));
  let length = 0;
  const filledIn = parts.map((part) => {
    const value = valueFor(part, scope, at);
    const text = typeof value === "string" ? value : JSON.stringify(copier.rest().copy(value));
    length += text.length;
    copier.assertFits(length);
    return { text: isUrl ? copier.rest().text(text) : text, isValue: "path" in part && value !== part.source };
  });
  const whole = isUrl ? urlText(filledIn) : filledIn.map((part) => part.text).join("");
  if (whole === null) throw new TemplateError('has a value that makes "." or ".." of a part of its path', { at });
  return copier.text(whole);
}

function valueFor(part: TemplatePart, scope: TemplateScope, at: string): unknown {
  if (part.kind === "text") return part.text;
  if (part.kind === "fault") throw new TemplateError(part.message, { at });
  const found = lookUp(scope, part.path);
  if (found.found) return found.value;
  if (part.kind === "former") return part.source;
  throw new TemplateError(missingMessage(part.path, found), { path: dotted(part.path), at });
}

function templateIn(text: string, part: TemplatePart): boolean {
  return part.kind !== "text" || part.text !== text;
}

function joined(at: string, name: string): string {
  const shown = name.slice(0, 64).toWellFormed();
  return at === "" ? shown : `${at}.${shown}`;
}
