import type { Violation } from "./domain-error.ts";
import { keywordFault } from "./json-schema-faults.ts";
import {
  draftOf,
  inPlaceKeywords,
  type KeywordKind,
  keywordKinds,
  type SchemaDraft,
  unsupportedKeywords,
} from "./json-schema-keywords.ts";

/** One schema: its keywords, or what is true for every value, or for none. */
export type SchemaNode = boolean | Record<string, unknown>;

/**
 * A JSON Schema that was read: keywords that assert something alone, in objects of its own. References are `#` or `#/...`,
 * and each is a key of `byReference`.
 */
export type JsonSchema = { draft: SchemaDraft; root: SchemaNode; byReference: Readonly<Record<string, SchemaNode>> };

/** How long a schema may be as JSON text, and how many schemas it may hold. */
const schemaLengthMax = 64 * 1024;
const nodesMax = 2_000;
const violationsMax = 100;

/**
 * Reads a JSON Schema (drafts 4 to 2020-12) such that whatever comes of it can be used to validate: every keyword has a
 * value of its kind, every reference leads to a schema in the same document, and none leads to itself without end.
 *
 * @param at where it stands: violations are named below it
 */
export function readJsonSchema(
  sent: Readonly<Record<string, unknown>>,
  at: string,
): { ok: true; schema: JsonSchema } | { ok: false; violations: Violation[] } {
  const draft = draftOf(sent.$schema);
  const refused = (path: string, message: string) => ({ ok: false as const, violations: [{ path, message }] });
  if (draft === null) return refused(`${at}.$schema`, "must name a draft of JSON Schema from 4 to 2020-12");
  if (JSON.stringify(sent).length > schemaLengthMax)
    return refused(at, `must be at most ${schemaLengthMax / 1024} KiB`);
  const reader = new SchemaReader(draft, at);
  const root = reader.read(sent, [], true);
  if (reader.nodes.size > nodesMax) return refused(at, `must hold at most ${nodesMax} schemas`);
  reader.checkReferences();
  if (reader.violations.length > 0) return { ok: false, violations: reader.violations.slice(0, violationsMax) };
  return { ok: true, schema: { draft, root, byReference: Object.fromEntries(reader.nodes) } };
}

/** A step from one schema to another for the same value. */
type Edge = { from: string; to: string; path: readonly string[] };

class SchemaReader {
  readonly violations: Violation[] = [];
  /** Every schema by its reference. */
  readonly nodes = new Map<string, SchemaNode>();
  readonly #draft: SchemaDraft;
  readonly #at: string;
  readonly #references: Edge[] = [];
  readonly #edges = new Map<string, string[]>();

  constructor(draft: SchemaDraft, at: string) {
    this.#draft = draft;
    this.#at = at;
  }

  read(sent: unknown, path: readonly string[], isRoot = false): SchemaNode {
    if (typeof sent === "boolean") return this.#kept(path, sent);
    if (!isObject(sent)) {
      this.#note(path, "must be a schema: an object, true or false");
      return true;
    }
    const node: Record<string, unknown> = {};
    this.#kept(path, node);
    if (this.nodes.size > nodesMax) return node;
    for (const [keyword, value] of Object.entries(sent)) {
      const kind = keywordKinds.get(keyword);
      if (kind !== undefined) this.#readKeyword(node, keyword, kind, value, path);
      else if (unsupportedKeywords.has(keyword)) this.#note([...path, keyword], "is not supported: use $ref");
      else if (keyword === "$id" && !isRoot) this.#note([...path, keyword], "is supported at the top alone");
    }
    return node;
  }

  /** Checks that every reference leads somewhere, and to an end. */
  checkReferences(): void {
    for (const { from, to, path } of this.#references) {
      if (this.nodes.has(to)) this.#link(from, to);
      else this.#note(path, "leads to no schema: it must be # or #/ and a path, such as #/$defs/address");
    }
    const looping = new Set(this.#references.filter(({ to }) => leadsTo(this.#edges, to, to)).map(({ path }) => path));
    for (const path of looping) this.#note(path, "leads to itself without end");
  }

  #readKeyword(
    node: Record<string, unknown>,
    keyword: string,
    kind: KeywordKind,
    value: unknown,
    path: readonly string[],
  ): void {
    const here = [...path, keyword];
    const fault = keywordFault(kind, value, this.#draft);
    if (fault !== null) {
      this.#note(here, fault);
      return;
    }
    const child = (sent: unknown, ...names: string[]) => {
      const childPath = [...here, ...names];
      if (inPlaceKeywords.has(keyword)) this.#link(referenceOf(path), referenceOf(childPath));
      return this.read(sent, childPath);
    };
    if (kind === "reference") {
      const to = canonical(String(value));
      this.#references.push({ from: referenceOf(path), to, path: here });
      node[keyword] = to;
    } else if (kind === "schema" || (kind === "schema or schemas" && !Array.isArray(value))) {
      node[keyword] = child(value);
    } else if (kind === "schemas" || kind === "schema or schemas") {
      node[keyword] = (value as unknown[]).map((each, index) => child(each, String(index)));
    } else if (kind === "schemas by name" || kind === "schemas by pattern" || kind === "names or schema by name") {
      const members = Object.entries(value as object).map(([name, each]) => {
        const fault = kind === "schemas by pattern" ? keywordFault("pattern", name, this.#draft) : null;
        if (fault !== null) this.#note([...here, name], fault);
        return [name, kind === "names or schema by name" && Array.isArray(each) ? each : child(each, name)];
      });
      node[keyword] = Object.fromEntries(members);
    } else if (!(kind === "text" && String(value) in Object.prototype)) {
      node[keyword] = value; // a format is looked up by its name
    }
  }

  #kept(path: readonly string[], node: SchemaNode): SchemaNode {
    this.nodes.set(referenceOf(path), node);
    return node;
  }

  #link(from: string, to: string): void {
    const known = this.#edges.get(from);
    if (known === undefined) this.#edges.set(from, [to]);
    else known.push(to);
  }

  #note(path: readonly string[], message: string): void {
    const names = path.map((name) => name.slice(0, 64).toWellFormed());
    this.violations.push({ path: [this.#at, ...names].join("."), message });
  }
}

/** True when a way of one step or more leads from one schema to another. */
function leadsTo(edges: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [...(edges.get(from) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(edges.get(next) ?? []));
  }
  return false;
}

/** The reference that leads to a schema: a JSON Pointer (RFC 6901) as a fragment, less its percent-encoding. */
function referenceOf(path: readonly string[]): string {
  return `#${path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`;
}

function canonical(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
