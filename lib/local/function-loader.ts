import { existsSync, readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A Lambda handler: event and context in, answer out. */
export type Handler = (event: unknown, context: unknown) => unknown;

// A test runner rewrites import() in the files it transforms, but not what comes out of a data URL: functions are loaded
// by Node itself, as Lambda does.
const nativeImport = async (url: string): Promise<Record<string, unknown>> => {
  const loader = await import(
    `data:text/javascript,${encodeURIComponent("export const load = (url) => import(url);")}`
  );
  return loader.load(url);
};

const require = createRequire(import.meta.url);

/** Loads handlers out of one directory of code after another, each as new for each run. */
export type FunctionLoader = {
  /** @throws Error as Lambda names it: the module or the export is missing, or the module threw. */
  load(directory: string, handler: string): Promise<Handler>;
  /** Forgets what was loaded, so that a next run in this process reads its own environment. */
  unload(): void;
};

let runs = 0;
let hooked = false;
const directories = new Map<string, string>();

/** Makes a loader for one run. */
export function functionLoader(): FunctionLoader {
  runs += 1;
  const run = `run=${runs}`;
  return {
    load: async (directory, handler) => {
      directories.set(directory, run);
      const dot = handler.lastIndexOf(".");
      const path = entryPath(directory, handler.slice(0, dot));
      const module = isEsModule(path, directory) ? await importFresh(path, run) : requireAsCommonJs(path);
      const name = handler.slice(dot + 1);
      const found = module[name] ?? (module.default as Record<string, unknown> | undefined)?.[name];
      if (typeof found !== "function")
        throw new Error(`Runtime.HandlerNotFound: ${handler} is undefined or not exported`);
      if (found.length > 2) {
        throw new Error(
          `Runtime.CallbackHandlerDeprecated: ${handler} takes a callback, which Node 24 on Lambda does not`,
        );
      }
      return found as Handler;
    },
    unload: () => {
      for (const directory of directories.keys()) {
        for (const path of Object.keys(require.cache)) {
          if (path.startsWith(directory + sep)) delete require.cache[path];
        }
      }
    },
  };
}

function entryPath(directory: string, file: string): string {
  for (const extension of [".js", ".mjs", ".cjs"]) {
    const path = join(directory, file + extension);
    if (existsSync(path)) return path;
  }
  throw new Error(`Runtime.ImportModuleError: ${join(directory, file)}.js, .mjs or .cjs does not exist`);
}

// Lambda sees nothing above the asset: a package.json up there, such as the project's own, does not count.
function isEsModule(path: string, assetDirectory: string): boolean {
  if (!path.endsWith(".js")) return path.endsWith(".mjs");
  for (let directory = dirname(path); directory.startsWith(assetDirectory); directory = dirname(directory)) {
    const packagePath = join(directory, "package.json");
    if (existsSync(packagePath)) return JSON.parse(readFileSync(packagePath, "utf8")).type === "module";
  }
  return false;
}

function requireAsCommonJs(path: string): Record<string, unknown> {
  installHooks();
  return require(path) as Record<string, unknown>;
}

async function importFresh(path: string, run: string): Promise<Record<string, unknown>> {
  // The first run needs no query, and so no hook on the way of each import.
  if (runs > 1) installHooks();
  const url = pathToFileURL(path).href;
  return nativeImport(runs > 1 ? `${url}?${run}` : url);
}

function installHooks(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    // The chunks of a split build belong to the run of the entry that imports them.
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      const run = /\?(run=\d+)$/.exec(context.parentURL ?? "")?.[1];
      if (run === undefined || !resolved.url.startsWith("file:") || resolved.url.includes("?")) return resolved;
      return assetOf(resolved.url) === null ? resolved : { ...resolved, url: `${resolved.url}?${run}` };
    },
    load: (url, context, next) => {
      if (context.format !== "module" || !/\.js(\?|$)/.test(url)) return next(url, context);
      const directory = assetOf(url);
      if (directory === null || isEsModule(fileURLToPath(url), directory)) return next(url, context);
      return next(url, { ...context, format: "commonjs" });
    },
  });
}

function assetOf(url: string): string | null {
  if (!url.startsWith("file:")) return null;
  const path = fileURLToPath(url);
  for (const directory of directories.keys()) if (path.startsWith(directory + sep)) return directory;
  return null;
}
