import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { operatorSettingsSchema, parseOperatorSettings } from "#contract/environment.ts";
import { routes } from "#contract/routes.ts";
import rules from "#domain/classification-rules.json" with { type: "json" };
import { parseCurl } from "#test/curl.ts";
import { startService } from "#test/service.ts";

const readme = readFileSync("README.md", "utf8");
const service = await startService({ settings: { EGRESS_ALLOW: "127.0.0.1:9000" } }); // as the section on events says

/** Commands that are not executed here: the file that executes them, and the word by which it does. */
const executedElsewhere: Readonly<Record<string, { file: string; word: string } | "by hand">> = {
  "npm ci": { file: ".ci/run", word: "npm ci" },
  "npm test": { file: ".ci/run", word: "npm test" },
  "npm start": { file: "test/support/local-process.ts", word: "bin/local.ts" },
  "npm run keys -- create --name ci --scopes read,write --expires 90d": {
    file: "test/journeys/api-keys.test.ts",
    word: "runKeys(",
  },
  "npm run keys -- webhook-secret": { file: "test/journeys/api-keys.test.ts", word: '"webhook-secret"' },
  "npm run keys -- list": { file: "test/journeys/api-keys.test.ts", word: '"list"' },
  "npm run deploy": "by hand", // needs an AWS account; .ci/ministack deploys the same app
  "npx cdk bootstrap": "by hand", // likewise
};

describe("the README's commands", () => {
  const variables = new Map<string, string>();
  const commands = commandsOf(readme);

  it.each(commands)("$line", async ({ line, shown }) => {
    if (!/^(\w+=\$\()?curl /.test(line)) return assertExecutedElsewhere(line);
    await service.settle(); // a reader waits a second
    const { variable, curl, script } = assignmentOf(withVariables(line, variables));
    const { method, url, ...request } = parseCurl(curl);
    const answer = await service.call(method, url.replace("http://localhost:3000", ""), request);
    if (shown !== null) expect(answer).toMatchObject(shown);
    if (variable !== undefined && script !== undefined) {
      expect(answer.status).toBeLessThan(300);
      variables.set(variable, printed(script, JSON.stringify(answer.body)));
    }
  });

  it("show what becomes of a record", () => {
    const paths = commands.map(({ line }) => /localhost:3000(\S+)/.exec(line)?.[1]);
    expect(paths).toEqual(expect.arrayContaining(["/records", "/records/$ID/process", "/reports/summary"]));
  });
});

describe("the README's tables", () => {
  it("list every route, and no other", () => {
    const listed = rowsBelow("## What it does").flatMap(([method, paths = ""]) =>
      quoted(paths).map((path) => `${quoted(method)} ${path}`),
    );
    const declared = routes.flatMap((route) =>
      [route.path, ...(route.aliases ?? [])].map((at) => `${route.method} ${at}`),
    );
    expect(listed.sort()).toEqual(declared.sort());
  });

  it("list every setting with its default", () => {
    const listed = rowsBelow("## Configuration").map(([name, value]) => [quoted(name)[0], quoted(value)[0]]);
    expect(listed).toEqual(Object.entries(defaults()));
  });

  it("list the default classification rules", () => {
    const listed = rowsBelow("## Classification rules").map(([name, , , ...outcome]) =>
      [name, ...outcome].flatMap(quoted),
    );
    const set = [...rules.rules, rules.otherwise];
    expect(listed).toEqual(set.map(({ name, classification, score }) => [name, classification, score]));
  });
});

it(".env.example lists every setting, commented out with its default", () => {
  const example = readFileSync(".env.example", "utf8");
  expect(parseEnv(example)).toEqual({});
  const settings = parseEnv(example.replaceAll(/^#(?=[A-Z_]+=)/gm, ""));
  expect(Object.keys(settings).sort()).toEqual(Object.keys(defaults()));
  expect(parseOperatorSettings(settings)).toEqual(parseOperatorSettings({}));
});

describe("every relative link resolves", () => {
  it.each(["*.md", "docs/**/*.md"].flatMap((pattern) => globSync(pattern)))("in %s", (file) => {
    const links = [...withoutCode(readFileSync(file, "utf8")).matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link]) => link ?? "",
    );
    const broken = links.filter((link) => !/^https?:/.test(link)).filter((link) => !resolves(link, file));
    expect(broken).toEqual([]);
  });
});

/** One command of a bash block, and what the comment below it shows: a status, and members of the answer's body. */
type Command = { line: string; shown: { status: number; body?: unknown } | null };

function commandsOf(markdown: string): Command[] {
  const commands: Command[] = [];
  for (const [, block = ""] of markdown.matchAll(/^```bash\n(.*?)^```/gms)) {
    const joined = block.replaceAll(/'[^']*'/g, (quoted) => quoted.replaceAll(/\s*\n\s*/g, " "));
    const lines = joined.replaceAll(/\s*\\\n\s*/g, " ").replaceAll(/\n#\s\s+/g, " ");
    for (const line of lines.split("\n").filter((text) => text !== "")) {
      const last = commands.at(-1);
      if (!line.startsWith("# ")) commands.push(...line.split(" && ").map((each) => ({ line: each, shown: null })));
      else if (last !== undefined) last.shown = shownBy(line);
    }
  }
  return commands;
}

/** Reads `# 200 {"status": "pending", ...}`; three dots stand for members left out. */
function shownBy(comment: string): Command["shown"] {
  const [, status, body] = /^# (\d{3})(?: (\{.*\}))?$/.exec(comment) ?? [];
  if (status === undefined) throw new Error(`Not an answer: ${comment}`);
  return { status: Number(status), ...(body && { body: JSON.parse(body.replace(/, \.\.\.\}$/, "}")) }) };
}

function assertExecutedElsewhere(line: string): void {
  const elsewhere = executedElsewhere[line];
  if (elsewhere === undefined) throw new Error(`The README has a command that no test knows: ${line}`);
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  const [program, ...words] = line.split(" ");
  if (program === "npx") expect(existsSync(`node_modules/.bin/${words[0]}`), line).toBe(true);
  else if (line !== "npm ci") expect(Object.keys(scripts), line).toContain(words[0] === "run" ? words[1] : words[0]);
  if (elsewhere !== "by hand") expect(readFileSync(elsewhere.file, "utf8")).toContain(elsewhere.word);
}

/** Puts values in place of `$NAME`, as a shell does outside single quotes. */
function withVariables(line: string, variables: ReadonlyMap<string, string>): string {
  return line.replaceAll(/'[^']*'|\$([A-Z_]+)/g, (text, name?: string) => {
    if (name === undefined) return text;
    const value = variables.get(name);
    if (value === undefined) throw new Error(`$${name} is used before it is set: ${line}`);
    return value;
  });
}

/** Takes `NAME=$(curl ... | node -p '...')` apart; any other line is a curl command alone. */
function assignmentOf(line: string): { variable?: string; curl: string; script?: string } {
  const [, variable, curl, script] = /^([A-Z_]+)=\$\((curl .*) \| node -p '([^']*)'\)$/.exec(line) ?? [];
  return variable === undefined || curl === undefined || script === undefined
    ? { curl: line }
    : { variable, curl, script };
}

function printed(script: string, input: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-p", script], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** The cells of the first table below a heading, without its header. */
function rowsBelow(heading: string): string[][] {
  const section = readme.split(`\n${heading}\n`)[1] ?? "";
  const table = /^\|.*?(?=\n\n)/ms.exec(section)?.[0] ?? "";
  const rows = table.split("\n").map((row) => row.split("|").slice(1, -1));
  return rows.slice(2).map((cells) => cells.map((cell) => cell.trim()));
}

function quoted(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? "");
}

/** The default of each setting as text; undefined where there is none. */
function defaults(): Record<string, string | undefined> {
  const values: Record<string, unknown> = parseOperatorSettings({});
  return Object.fromEntries(
    Object.keys(operatorSettingsSchema.shape)
      .sort()
      .map((name) => [name, values[name] === undefined ? undefined : String(values[name])]),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");
}

function resolves(link: string, from: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? from : join(dirname(from), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, text]) => text ?? "");
  return headings.some(
    (text) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, "")
        .replaceAll(" ", "-") === anchor,
  );
}
