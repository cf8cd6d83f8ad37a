import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import {
  type ApiKey,
  apiKeyParts,
  apiKeyRandomBytes,
  apiKeyStatus,
  formatApiKey,
  isApiKeyId,
  revokeApiKey,
} from "#domain/api-key.ts";
import { parseInstant } from "#domain/instant.ts";
import { readScopes, scopes } from "#domain/scope.ts";
import { newWriteId } from "#runtime/identity.ts";
import { newSigningKey } from "#runtime/new-signing-key.ts";
import { webhookSecrets } from "#runtime/webhook-secrets.ts";
import { findApiKey, insertApiKey, listApiKeys, replaceApiKey, secretSha256 } from "#store/api-keys.ts";
import { commit } from "#store/commit.ts";
import { rotateSigningKeys } from "#store/signing-keys.ts";
import { readEnvironment } from "./environment.ts";
import { useKeysTable } from "./keys-table.ts";

const usage = `npm run keys -- <command> [--table NAME]

  create --name NAME --scopes read,write [--expires 90d] [--limit 600]
      Makes a key and prints it, this once. Scopes: ${scopes.join(", ")} (admin includes the others).
      --expires: days (90d), hours (12h) or a time (2027-01-31T00:00:00Z); never when left out.
      --limit: requests a minute, 0 for no limit; RATE_LIMIT_PER_MINUTE when left out.
  list [--json]
      Every key, revoked and expired ones too. Not the keys themselves: they are stored nowhere.
  revoke ID
      Ends a key, within a minute.
  webhook-secret
      Prints the secret that receivers of the webhooks of runs verify them with; two of them after a rotation.
  rotate-signing [cursor|webhook]
      Puts a new key in place of the one that signs cursors, or webhooks. Cursors of the one before stay good until the
      next rotation; webhooks are signed with both until then.

Without --table (or TABLE_NAME) it works on the service that runs here, on DATA_DIR.`;

type Options = Partial<Record<"name" | "scopes" | "expires" | "limit", string>> & { json?: boolean };

const commands: Readonly<Record<string, (operands: string[], options: Options) => Promise<void>>> = {
  create,
  list,
  revoke,
  "rotate-signing": rotateSigning,
  "webhook-secret": webhookSecret,
};

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: "string" },
      scopes: { type: "string" },
      expires: { type: "string" },
      limit: { type: "string" },
      table: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const { table, help, ...options } = values;
  const [name = "", ...operands] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (help || command === undefined) {
    console.error(usage);
    process.exitCode = help ? 0 : 1;
  } else {
    const environment = readEnvironment();
    useKeysTable(table ?? environment.TABLE_NAME, environment.DATA_DIR || ".sluice");
    await command(operands, options);
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function create(_: string[], options: Options): Promise<void> {
  const nowMs = Date.now();
  const { id, secret } = apiKeyParts(randomBytes(apiKeyRandomBytes));
  const key: ApiKey = {
    id,
    name: nameOf(options.name),
    secretSha256: secretSha256(secret),
    scopes: scopesOf(options.scopes),
    requestsPerMinuteMax: limitOf(options.limit),
    createdAtMs: nowMs,
    expiresAtMs: expiryOf(options.expires, nowMs),
    revokedAtMs: null,
    lastUsedAtMs: null,
    version: 1,
  };
  const { committed } = await commit([insertApiKey(key)], { writeId: newWriteId(), requestId: "keys" });
  if (!committed) throw new Error("By a rare chance there is a key with this id already. Run it again.");
  console.error(`Key ${id} for ${key.scopes.join(", ")}. Keep it now: it is shown this once and stored nowhere.`);
  console.log(formatApiKey({ id, secret }));
}

async function list(_: string[], { json }: Options): Promise<void> {
  const rows = (await listApiKeys()).map((key) => rowOf(key, Date.now()));
  if (json) return console.log(JSON.stringify(rows, null, 2));
  const columns = ["id", "name", "scopes", "status", "limit", "created", "expires", "last_used"] as const;
  const lines = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "-")))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => String(line[at]).length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

async function revoke([id = ""]: string[]): Promise<void> {
  for (;;) {
    const loaded = isApiKeyId(id) ? await findApiKey(id) : null;
    if (loaded === null) throw new Error(`There is no key with the id "${id}". npm run keys -- list shows them.`);
    const next = revokeApiKey(loaded.key, Date.now());
    if (next === null) return console.log(`Key ${id} is revoked already.`);
    const by = { writeId: newWriteId(), requestId: "keys" };
    if ((await commit([replaceApiKey(loaded, next)], by)).committed) {
      return console.log(`Key ${id} (${next.name}) is revoked. Within a minute it opens nothing.`);
    }
  }
}

async function webhookSecret(): Promise<void> {
  for (const secret of await webhookSecrets(Date.now())) console.log(secret);
}

async function rotateSigning([purpose = "cursor"]: string[]): Promise<void> {
  if (purpose !== "cursor" && purpose !== "webhook")
    throw new Error(`${purpose} is not signed. Say cursor or webhook.`);
  await rotateSigningKeys(purpose, newSigningKey);
  console.log(
    "A new key signs, everywhere within a minute. What the one before signed stays good until the next rotation.",
  );
}

function rowOf(key: ApiKey, nowMs: number) {
  const text = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString());
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes.join(","),
    status: apiKeyStatus(key, nowMs),
    limit: key.requestsPerMinuteMax,
    created: text(key.createdAtMs),
    expires: text(key.expiresAtMs),
    last_used: text(key.lastUsedAtMs),
  };
}

function nameOf(text = ""): string {
  if (/^[\w.@ -]{1,64}$/.test(text)) return text;
  throw new Error("--name must have 1 to 64 letters, digits, spaces or . _ @ -, such as --name ci.");
}

function scopesOf(text = ""): ApiKey["scopes"] {
  const { known, unknown } = readScopes(text.split(",").map((name) => name.trim()));
  if (unknown.length === 0) return known;
  throw new Error(`--scopes must be some of ${scopes.join(",")}, separated by commas, such as --scopes read,write.`);
}

function limitOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new Error("--limit must be requests a minute, a whole number; 0 for no limit.");
}

function expiryOf(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  const timeMs =
    count === undefined ? parseInstant(text)?.timeMs : nowMs + Number(count) * (unit === "d" ? 86_400_000 : 3_600_000);
  if (timeMs !== undefined && timeMs > nowMs) return timeMs;
  throw new Error("--expires must be days (90d), hours (12h) or a time that lies ahead (2027-01-31T00:00:00Z).");
}

/** The likely faults in words that say what to do; any other as the SDK says it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "ResourceNotFoundException") {
    return `There is no table ${process.env.TABLE_NAME} in this account and region. The stack's output TableName has its name.`;
  }
  if ("code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) return `${error.message}\n\n${usage}`;
  if (error.name === "CredentialsProviderError") return `No AWS credentials: ${error.message}`;
  return error.message || error.name;
}
