import { readEnvironment } from "./environment.ts";
import { ask } from "./smoke/client.ts";
import { eraseChecks } from "./smoke/erase-checks.ts";
import { familyChecks } from "./smoke/family-checks.ts";
import { recordChecks } from "./smoke/record-checks.ts";
import { reportChecks } from "./smoke/report-checks.ts";
import { newRun } from "./smoke/run.ts";
import { runChecks } from "./smoke/run-checks.ts";
import { serviceChecks } from "./smoke/service-checks.ts";

/**
 * `npm run smoke -- URL [KEY]`: requests what the service promises of a running one, wherever it runs, and prints a line
 * a check. Without KEY the one in `API_KEY` is sent, if any; `CORS_ORIGINS` says which origins the service allows. Exits 1
 * when a check fails. It erases what it made, and nothing else.
 */
const { API_KEY = "", CORS_ORIGINS = "" } = readEnvironment();
const [url = "", key = API_KEY] = process.argv.slice(2);
const base = URL.canParse(url) ? new URL(url) : null;
if (base === null || !/^https?:$/.test(base.protocol)) {
  fail(`Say where the service is: npm run smoke -- URL [KEY], such as http://127.0.0.1:3000, not "${url}".`);
}
const run = newRun(base, { key, corsOrigins: CORS_ORIGINS });
try {
  await ask(run, "GET", "/version");
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
const { before, moved, back, verify } = reportChecks(run);
const records = [before, ...recordChecks(run), moved, verify, ...eraseChecks(run), back];
const checks = [...serviceChecks(run), ...records, ...familyChecks(run)];
const passed = await runChecks(checks, console.log);
process.exitCode = passed ? 0 : 1;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
