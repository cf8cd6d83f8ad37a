import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";

/** A DynamoDB endpoint that is up. */
export type DynamoDbEngine = {
  readonly endpoint: string;
  /** The engine's SQLite file; null for an endpoint that someone else runs. */
  readonly databasePath: string | null;
  stop(): Promise<void>;
};

/** Where to find the engine; what is not given comes from `DYNOXIDE_BIN`, `AWS_ENDPOINT_URL_DYNAMODB`, or the package. */
export type DynamoDbOptions = { binary?: string | undefined; endpoint?: string | undefined };

/** Where the engine keeps its file; a temporary one is removed when this process dies. */
export type EngineDirectory = { readonly path: string; readonly isTemporary: boolean };

/**
 * Starts dynoxide on a file of the data directory, or takes the endpoint that was given.
 * The engine dies with this process, even when that is killed: a shell between the two waits for its input to end.
 *
 * @param onDeath called when the engine ends by itself.
 * @throws Error saying how to mend when no engine is found or it does not start.
 */
export async function startDynamoDb(
  options: DynamoDbOptions,
  directory: EngineDirectory,
  onDeath: (error: Error) => void,
): Promise<DynamoDbEngine> {
  const endpoint = options.endpoint ?? (options.binary ? undefined : process.env.AWS_ENDPOINT_URL_DYNAMODB);
  if (endpoint !== undefined) {
    await answering(endpoint, () => null);
    return { endpoint, databasePath: null, stop: async () => {} };
  }
  const binary = options.binary ?? process.env.DYNOXIDE_BIN ?? packagedBinary();
  if (!existsSync(binary)) throw new Error(`no dynoxide at ${binary}; ${remedy}`);
  const databasePath = join(directory.path, "dynamodb.sqlite");
  const pidPath = join(directory.path, "dynoxide.pid");
  killLeftOver(pidPath, databasePath);

  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(binary, directory, databasePath, pidPath, onDeath);
    } catch (error) {
      // Between the search for a free port and its use another process may have taken it.
      if (attempt === 3) throw error;
    }
  }
}

const remedy =
  "install it (npm install), set DYNOXIDE_BIN to a dynoxide binary (https://github.com/nubo-db/dynoxide), " +
  "or set AWS_ENDPOINT_URL_DYNAMODB to a running DynamoDB Local";

function packagedBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return join(createRequire(import.meta.url).resolve(`${name}/package.json`), "..", "dynoxide");
  } catch (cause) {
    throw new Error(`the package ${name} is not installed; ${remedy}`, { cause });
  }
}

// The engine, and a reader of the pipe from this process. "stop" ends the engine; the end of the pipe means that this
// process is gone, and then a directory of `:memory:` goes too.
const guard = `
exec 3<&0
"$1" serve --host 127.0.0.1 --port "$2" --db-path "$3" </dev/null 3<&- &
engine=$!
echo $engine > "$4"
(
  read -r word <&3
  kill $engine
  [ "$word" = stop ] && exit
  sleep 1
  kill -9 $engine
  [ -n "$5" ] && rm -rf "$5"
) >/dev/null 2>&1 &
exec 3<&-
wait $engine
status=$?
rm -f "$4"
exit $status`;

async function launch(
  binary: string,
  directory: EngineDirectory,
  databasePath: string,
  pidPath: string,
  onDeath: (error: Error) => void,
): Promise<DynamoDbEngine> {
  const port = await freePort();
  // A session of its own: Ctrl-C must reach this process alone, which then stops in order.
  const doomed = directory.isTemporary ? directory.path : "";
  const child = spawn("/bin/sh", ["-c", guard, "sh", binary, String(port), databasePath, pidPath, doomed], {
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
  });
  let output = "";
  child.stderr?.on("data", (chunk) => {
    output = (output + chunk).slice(-2000);
  });
  let stopping = false;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, () => (child.exitCode === null ? null : new Error(`dynoxide did not start: ${output}`)));
  child.once("exit", (code) => {
    child.stdin?.end();
    if (!stopping) onDeath(new Error(`dynoxide ended by itself (status ${code}): ${output}`));
  });
  letGo(child);
  return {
    endpoint,
    databasePath,
    stop: async () => {
      stopping = true;
      child.ref();
      child.stdin?.end("stop\n");
      const late = setTimeout(() => killGroup(child), 3_000);
      await ended;
      clearTimeout(late);
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  // It leads a group of its own: the shell and the engine.
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

// What keeps this process alive is its HTTP server, not its engine.
function letGo(child: ChildProcess): void {
  child.unref();
  (child.stdin as unknown as { unref?(): void }).unref?.();
  (child.stderr as unknown as { unref?(): void }).unref?.();
}

async function answering(endpoint: string, failure: () => Error | null): Promise<void> {
  for (let waited = 0; ; waited += 10) {
    try {
      // Any answer will do; an unsigned request is refused, and that is one.
      await fetch(endpoint, { signal: AbortSignal.timeout(1_000) });
      const error = failure();
      if (error !== null) throw error;
      return;
    } catch (cause) {
      const error = failure();
      if (error !== null) throw error;
      if (waited > 5_000) throw new Error(`no DynamoDB answers at ${endpoint}; ${remedy}`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

// Were the shell killed too, its engine would live on; only one that works on our file is ours to end.
function killLeftOver(pidPath: string, databasePath: string): void {
  if (!existsSync(pidPath)) return;
  const pid = Number(readFileSync(pidPath, "utf8"));
  rmSync(pidPath, { force: true });
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(databasePath)) process.kill(pid, "SIGKILL");
  } catch {
    // It is gone, or this system has no /proc; a second engine on the same SQLite file does no harm.
  }
}
