import { describe, expect, it } from "vitest";
import { formerVariableNotes, functionEnvironmentSchema, parseOperatorSettings } from "#contract/environment.ts";
import { sampleEnvironment } from "#test/sample-environment.ts";

describe("the operator's settings", () => {
  it("have a default each, and none for what is off unless set", () => {
    expect(parseOperatorSettings({ PATH: "/usr/bin", HOME: "/root" })).toEqual({
      APP_ENV: "dev",
      APP_VERSION: "0.1.0",
      CORS_CREDENTIALS: false,
      CORS_ORIGINS: ["*"],
      DATA_DIR: ".sluice",
      GIT_COMMIT: "unknown",
      HOST: "127.0.0.1",
      LOG_LEVEL: "INFO",
      PORT: 3000,
      PROJECT_NAME: "sluice",
      SHARDS: 4,
    });
  });

  it("are at their defaults where a variable is blank, as a line of .env without a value is", () => {
    const names = [
      ...Object.keys(parseOperatorSettings({})),
      "API_KEY",
      "READS_OPEN",
      "CLASSIFICATION_RULES",
      "RATE_LIMIT_PER_MINUTE",
      "JWT_ISSUER",
      "EGRESS_ALLOW",
    ];
    const blank = Object.fromEntries(names.map((name) => [name, ""]));
    expect(parseOperatorSettings(blank)).toEqual(parseOperatorSettings({}));
    expect(parseOperatorSettings({ PORT: undefined })).toEqual(parseOperatorSettings({}));
  });

  it.each([
    ["LOG_LEVEL", "WARNING", "WARN"],
    ["LOG_LEVEL", "Warning", "WARN"],
    ["LOG_LEVEL", "warn", "WARN"],
    ["LOG_LEVEL", "debug", "DEBUG"],
    ["LOG_LEVEL", "critical", "CRITICAL"],
    ["PORT", "0", 0],
    ["PORT", "65535", 65_535],
    ["SHARDS", "1", 1],
    ["SHARDS", "16", 16],
    ["READS_OPEN", "true", true],
    ["READS_OPEN", "false", false],
    ["RATE_LIMIT_PER_MINUTE", "0", 0],
    ["RATE_LIMIT_PER_MINUTE", "600", 600],
    ["API_KEY", " any string ü ", " any string ü "],
    ["CORS_ORIGINS", "https://a.example, https://b.example", ["https://a.example", "https://b.example"]],
    ["CORS_ORIGINS", "https://a.example,", ["https://a.example"]],
    ["EGRESS_ALLOW", "localhost:8080, [::1]:8080", "localhost:8080, [::1]:8080"],
  ])("read %s=%s as %j", (name, text, value) => {
    expect(parseOperatorSettings({ [name]: text })).toHaveProperty(name, value);
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "3000.5"],
    ["PORT", "0x10"],
    ["PORT", "http"],
    ["LOG_LEVEL", "LOUD"],
    ["SHARDS", "0"],
    ["SHARDS", "17"],
    ["SHARDS", "1e1"],
    ["READS_OPEN", "yes"],
    ["CORS_CREDENTIALS", "1"],
    ["RATE_LIMIT_PER_MINUTE", "-1"],
    ["RATE_LIMIT_PER_MINUTE", "1e3"],
    ["JWT_ISSUER", "id.example"],
    ["JWT_ISSUER", "http://id.example"],
    ["JWT_ISSUER", "http://127.0.0.1.example"],
    ["JWT_ISSUER", "http://localhost@id.example"],
    ["JWT_JWKS_URI", "file:///etc/passwd"],
    ["EGRESS_ALLOW", "localhost"],
    ["EGRESS_ALLOW", "localhost:8080,"],
    ["EGRESS_ALLOW", "localhost:8080 other:8080"],
    ["PROJECT_NAME", "my project"],
    ["APP_ENV", "x".repeat(33)],
  ])("refuse %s=%s in a message that names it", (name, text) => {
    expect(() => parseOperatorSettings({ [name]: text })).toThrow(
      new RegExp(`^These settings are wrong.*\n  ${name}: .`),
    );
  });

  it("name every bad variable at once, and show no value", () => {
    const bad = () => parseOperatorSettings({ PORT: "hunter2", LOG_LEVEL: "hunter2", API_KEY: "hunter2" });
    expect(bad).toThrow(/^ {2}PORT: ./m);
    expect(bad).toThrow(/^ {2}LOG_LEVEL: ./m);
    expect(bad).not.toThrow(/hunter2/);
  });

  it.each(["", "*", "https://a.example, *", "https://*"])(
    "refuse credentials for any origin: CORS_ORIGINS=%s",
    (origins) => {
      expect(() => parseOperatorSettings({ CORS_CREDENTIALS: "true", CORS_ORIGINS: origins })).toThrow(/CORS_ORIGINS/);
    },
  );

  it("take an issuer with its audience, and neither without the other", () => {
    const both = { JWT_ISSUER: "https://id.example/realm", JWT_AUDIENCE: "https://sluice.example" };
    expect(parseOperatorSettings(both)).toMatchObject(both);
    expect(() => parseOperatorSettings({ JWT_ISSUER: both.JWT_ISSUER })).toThrow(/JWT_AUDIENCE/);
    expect(() => parseOperatorSettings({ JWT_AUDIENCE: both.JWT_AUDIENCE })).toThrow(/JWT_ISSUER/);
  });

  it("take credentials for named origins", () => {
    const settings = parseOperatorSettings({ CORS_CREDENTIALS: "true", CORS_ORIGINS: "https://a.example" });
    expect(settings).toMatchObject({ CORS_CREDENTIALS: true, CORS_ORIGINS: ["https://a.example"] });
  });
});

describe("variables of the services before", () => {
  it("get one clear line each", () => {
    const notes = formerVariableNotes({
      DATABASE_URL: "postgresql://user:hunter2@db/app",
      POSTGRES_USER: "user",
      POSTGRES_PASSWORD: "hunter2",
      KAFKA_BOOTSTRAP_SERVERS: "kafka:9092",
      KAFKA_CONSUMER_GROUP: "workers",
    });
    expect(notes.map((note) => note.split(" ")[0])).toEqual([
      "DATABASE_URL",
      "POSTGRES_USER",
      "POSTGRES_PASSWORD",
      "KAFKA_BOOTSTRAP_SERVERS",
      "KAFKA_CONSUMER_GROUP",
    ]);
    for (const note of notes) expect(note).toMatch(/^\w+ is ignored: [^\n]+\.$/);
    expect(notes.join()).not.toContain("hunter2");
  });

  it("are silent where nothing of them is set", () => {
    expect(
      formerVariableNotes({ PORT: "3000", MY_DATABASE_URL: "x", DATABASE_URL: "", KAFKA_TOPIC: undefined }),
    ).toEqual([]);
  });
});

describe("a function's environment", () => {
  const environment = sampleEnvironment({
    STAGE: "aws",
    SHARDS: "4",
    READS_OPEN: "false",
    RATE_LIMIT_PER_MINUTE: "6000",
  });

  it("is read into numbers and flags", () => {
    expect(functionEnvironmentSchema.parse(environment)).toMatchObject({
      SHARDS: 4,
      READS_OPEN: false,
      RATE_LIMIT_PER_MINUTE: 6000,
    });
  });

  it.each([
    ["TABLE_NAME", undefined],
    ["STAGE", "test"],
    ["READS_OPEN", ""],
    ["API_KEY_SHA256", "a key in the clear"],
    ["LOG_LEVEL", "WARNING"],
  ])("is refused when %s is %s: a function never guesses", (name, value) => {
    const issues = functionEnvironmentSchema.safeParse({ ...environment, [name]: value }).error?.issues;
    expect(issues?.map(({ path }) => path)).toEqual([[name]]);
  });
});
