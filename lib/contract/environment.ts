import * as z from "zod";
import { violationMessage } from "#domain/violation-message.ts";

const logLevels = ["DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"] as const;

/** Clients of the former services write WARNING; Powertools writes WARN. Any case is taken. */
const logLevel = z
  .string()
  .transform((text) => text.toUpperCase().replace(/^WARNING$/, "WARN"))
  .pipe(z.enum(logLevels));

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const port = z
  .string()
  .regex(/^\d{1,5}$/, "must be a port number")
  .transform(Number)
  .pipe(z.int().max(65_535));
const shards = z
  .string()
  .regex(/^([1-9]|1[0-6])$/, "must be a whole number from 1 to 16")
  .transform(Number);

/** A limit of requests a minute; 0: none. */
const requestsPerMinute = z
  .string()
  .regex(/^\d{1,7}$/, "must be a whole number from 0 (no limit) to 9999999")
  .transform(Number);
/** Tokens are trusted by what is read here: from elsewhere than this machine over TLS alone. */
const secureUrl = z
  .url("must be a URL")
  .regex(
    /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])[^?#]*$/,
    "must be an https URL, or an http one on this machine",
  );

/** What the guard makes of an entry is said where the stack reads it (`parseEgressAllow`). */
const destinations = z
  .string()
  .regex(/^\s*[^\s,]+:\d{1,5}(\s*,\s*[^\s,]+:\d{1,5})*\s*$/, "must be host:port, more of them separated by commas");

/** What an operator may set, in the environment or in `.env`. A blank value counts as not set. */
export const operatorSettingsSchema = z.object({
  API_KEY: z.string().optional(),
  APP_ENV: z.string().max(32).default("dev"),
  APP_VERSION: z.string().max(64).default("0.1.0"),
  CLASSIFICATION_RULES: z.string().optional(),
  CORS_CREDENTIALS: flag.default(false),
  CORS_ORIGINS: z
    .string()
    .default("*")
    .transform((text) =>
      text
        .split(",")
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ""),
    ),
  DATA_DIR: z.string().default(".sluice"),
  EGRESS_ALLOW: destinations.optional(),
  EVENT_BUS: flag.optional(),
  GIT_COMMIT: z.string().max(64).default("unknown"),
  HOST: z.string().default("127.0.0.1"),
  JWT_AUDIENCE: z.string().optional(),
  JWT_ISSUER: secureUrl.optional(),
  JWT_JWKS_URI: secureUrl.optional(),
  LOG_LEVEL: logLevel.default("INFO"),
  PORT: port.default(3000),
  PROJECT_NAME: z
    .string()
    .regex(/^[\w-]{1,64}$/, "must be 1 to 64 letters, digits, _ or -")
    .default("sluice"),
  RATE_LIMIT_PER_MINUTE: requestsPerMinute.optional(),
  READS_OPEN: flag.optional(),
  SHARDS: shards.default(4),
});

export type OperatorSettings = z.output<typeof operatorSettingsSchema>;

/** Variables of the services whose place this one takes, and why they mean nothing here. */
const formerVariables: readonly [pattern: RegExp, reason: string][] = [
  [/^DATABASE_URL$/, "records live in DynamoDB: on the laptop under DATA_DIR, in AWS in the stack's own table"],
  [/^POSTGRES_/, "there is no Postgres: records live in DynamoDB, on the laptop under DATA_DIR"],
  [/^KAFKA_/, "there is no Kafka: work is queued in SQS, on the laptop in this process"],
];

/** One line for every variable that is set, not blank, and means nothing here. */
export function formerVariableNotes(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(given(environment)).flatMap((name) =>
    formerVariables.filter(([pattern]) => pattern.test(name)).map(([, reason]) => `${name} is ignored: ${reason}.`),
  );
}

/**
 * Reads the operator's settings.
 *
 * @throws Error that names every bad variable and what it must be.
 */
export function parseOperatorSettings(environment: Readonly<Record<string, string | undefined>>): OperatorSettings {
  const parsed = operatorSettingsSchema.safeParse(given(environment), { error: violationMessage });
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`These settings are wrong (environment or .env):\n${lines.join("\n")}`);
  }
  const { CORS_CREDENTIALS, CORS_ORIGINS } = parsed.data;
  if (CORS_CREDENTIALS && CORS_ORIGINS.some((origin) => origin.includes("*"))) {
    throw new Error("CORS_CREDENTIALS=true needs CORS_ORIGINS to name the origins: * with credentials is not allowed.");
  }
  const { JWT_AUDIENCE, JWT_ISSUER, JWT_JWKS_URI } = parsed.data;
  if (JWT_ISSUER !== undefined && JWT_AUDIENCE === undefined) {
    throw new Error("JWT_ISSUER needs JWT_AUDIENCE: without it a token made for any other service would do here.");
  }
  if (JWT_ISSUER === undefined && (JWT_AUDIENCE ?? JWT_JWKS_URI) !== undefined) {
    throw new Error("JWT_AUDIENCE and JWT_JWKS_URI need JWT_ISSUER: whose tokens are to be taken.");
  }
  return parsed.data;
}

function given(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
}

/** What every function gets from the stack. */
export const functionEnvironmentSchema = z.object({
  TABLE_NAME: z.string(),
  COUNTERS_TABLE_NAME: z.string(),
  QUEUE_URL: z.string(),
  OUTPUTS_BUCKET: z.string(),
  LEASE_EPOCH: z.string(),
  STAGE: z.enum(["local", "aws"]),
  SHARDS: shards,
  API_KEY_SHA256: z.string().regex(/^([0-9a-f]{64})?$/),
  READS_OPEN: flag,
  RATE_LIMIT_PER_MINUTE: requestsPerMinute,
  JWT_ISSUER: z.string(),
  JWT_AUDIENCE: z.string(),
  JWT_JWKS_URI: z.string(),
  EGRESS_ALLOW: z.string(),
  EVENT_BUS_NAME: z.string(),
  SECRETS_PREFIX: z.string(),
  STREAM_HAS_ONE_SHARD: flag,
  APP_ENV: z.string(),
  APP_VERSION: z.string(),
  GIT_COMMIT: z.string(),
  LOG_LEVEL: z.enum(logLevels),
  POWERTOOLS_SERVICE_NAME: z.string(),
  POWERTOOLS_METRICS_NAMESPACE: z.string(),
});

export type FunctionEnvironment = z.output<typeof functionEnvironmentSchema>;
