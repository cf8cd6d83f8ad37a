/** What an S3 request asks for, by its method and its path-style address. */
export type S3Call = {
  /** Null: an action that is not understood here. */
  readonly action: S3Action | null;
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
};

/** The actions that the laptop's S3 knows. */
export type S3Action =
  | "PutObject"
  | "GetObject"
  | "HeadObject"
  | "DeleteObject"
  | "DeleteObjects"
  | "ListObjectsV2"
  | "HeadBucket";

// By method, kind of resource, and those query parameters that make it another request.
const actions: Readonly<Record<string, S3Action>> = {
  "PUT object": "PutObject",
  "GET object": "GetObject",
  "HEAD object": "HeadObject",
  "DELETE object": "DeleteObject",
  "POST bucket delete": "DeleteObjects",
  "GET bucket list-type": "ListObjectsV2",
  "HEAD bucket": "HeadBucket",
};
const listParameters = new Set(["prefix", "max-keys", "continuation-token", "start-after"]);

/** Reads an S3 request. */
export function s3Call(method: string, target: string): S3Call {
  const [path = "", search = ""] = target.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  // Which SDK call it was; of no effect.
  query.delete("x-id");
  const [bucket = "", ...segments] = decoded(path.slice(1)).split("/");
  const key = segments.join("/");
  const distinguishing = [...query.keys()].filter((name) => !(query.has("list-type") && listParameters.has(name)));
  const signature = [method, key === "" ? "bucket" : "object", ...distinguishing.sort()].join(" ");
  return { action: actions[signature] ?? null, bucket, key, query };
}

const iamActions: Readonly<Record<S3Action, string>> = {
  PutObject: "s3:PutObject",
  GetObject: "s3:GetObject",
  HeadObject: "s3:GetObject",
  DeleteObject: "s3:DeleteObject",
  DeleteObjects: "s3:DeleteObject",
  ListObjectsV2: "s3:ListBucket",
  HeadBucket: "s3:ListBucket",
};

/** What IAM asks for an action. */
export function s3Grant(action: S3Action): string {
  return iamActions[action];
}

/** On a read, it tells S3 that the reader may not list the bucket; then AWS does not say whether a key is there. */
export const hidesMissing = "x-local-hides-missing";

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
