import type { ObjectHead } from "./object-folder.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** S3's body of an error. */
export function errorXml(code: string, message: string): string {
  return `${declaration}<Error>${element("Code", code)}${element("Message", message)}</Error>`;
}

/** A page of a list. */
export type ObjectPage = {
  readonly bucket: string;
  readonly prefix: string;
  readonly keysMax: number;
  readonly heads: readonly ObjectHead[];
  /** Null: the last page. */
  readonly nextToken: string | null;
};

/** S3's answer to ListObjectsV2. */
export function pageXml({ bucket, prefix, keysMax, heads, nextToken }: ObjectPage): string {
  const members = [
    element("Name", bucket),
    element("Prefix", prefix),
    element("KeyCount", String(heads.length)),
    element("MaxKeys", String(keysMax)),
    element("IsTruncated", String(nextToken !== null)),
    ...(nextToken === null ? [] : [element("NextContinuationToken", nextToken)]),
    ...heads.map(contentXml),
  ];
  return `${declaration}<ListBucketResult ${namespace}>${members.join("")}</ListBucketResult>`;
}

function contentXml({ key, modifiedMs, etag, size }: ObjectHead): string {
  const members = [
    element("Key", key),
    element("LastModified", new Date(modifiedMs).toISOString()),
    element("ETag", etag),
    element("Size", String(size)),
    element("StorageClass", "STANDARD"),
  ];
  return `<Contents>${members.join("")}</Contents>`;
}

/** S3's answer to DeleteObjects; a quiet one names only failures, and there are none. */
export function deletedXml(keys: readonly string[], quiet: boolean): string {
  const deleted = quiet ? [] : keys.map((key) => `<Deleted>${element("Key", key)}</Deleted>`);
  return `${declaration}<DeleteResult ${namespace}>${deleted.join("")}</DeleteResult>`;
}

/** The keys that a DeleteObjects names. Null when its body is none. */
export function parseDelete(body: string): { readonly keys: string[]; readonly quiet: boolean } | null {
  if (!/<Delete[\s>]/.test(body)) return null;
  const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => unescaped(key));
  return { keys, quiet: /<Quiet>\s*true\s*<\/Quiet>/.test(body) };
}

function element(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const names = new Map(Object.entries(entities).map(([name, character]) => [character, name]));

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold them
  return text.replace(/[&<>"'\u0000-\u001f]/g, (each) => `&${names.get(each) ?? `#${each.charCodeAt(0)}`};`);
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16));
  });
}
