import { readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { classificationRulesSchema } from "#domain/classification.ts";
import { violationMessage } from "#domain/violation-message.ts";
import { bundledText } from "./bundled-text.ts";
import { functionFiles } from "./function-files.ts";

/** How functions are bundled: `deploy` gives each a folder of its own, `local` lets them share what they have in common. */
export type BundleMode = "deploy" | "local";

/** Where each function's code is: the folder that becomes its asset. The entry is `index.js` (CommonJS) or `index.mjs` in it. */
export type Bundles = { folders: Record<string, string>; handler: string };

/**
 * Bundles every function in one esbuild run.
 *
 * @throws Error when the classification rules (`rulesFile`, or the default set) are not valid, naming each fault.
 */
export async function bundleFunctions(mode: BundleMode, outdir: string, rulesFile: string | null): Promise<Bundles> {
  const files = functionFiles();
  const local = mode === "local";
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: Object.fromEntries(Object.entries(files).map(([id, file]) => [`${folderOf(id)}/index`, file])),
    outdir,
    bundle: true,
    platform: "node",
    target: "node24",
    format: local ? "esm" : "cjs",
    splitting: local,
    minify: !local,
    sourcemap: local ? "linked" : false,
    mainFields: ["module", "main"], // the ESM builds of the SDK are smaller and start faster
    outExtension: local ? { ".js": ".mjs" } : {}, // index.js is what every Lambda, emulated ones too, finds
    chunkNames: "chunks/[name]-[hash]",
    ...(local ? { banner: { js: requireInEsm } } : {}),
    logLevel: "warning",
    legalComments: "none",
    plugins: [textAssets, bundledText(!local), ...(rulesFile === null ? [] : [await replacedRules(rulesFile)])],
  });
  const folders = Object.keys(files).map((id) => [id, resolve(outdir, folderOf(id))]);
  return { folders: Object.fromEntries(folders), handler: "index.handler" };
}

function folderOf(functionId: string): string {
  return functionId.replace(".", "/");
}

/** Bundled CommonJS packages call `require` for Node's own modules, which an ES module does not have. */
const requireInEsm =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** `import text from "package/file.css?text"` bundles the file as text. */
const textAssets: Plugin = {
  name: "text-assets",
  setup({ onResolve, onLoad, resolve: find }) {
    onResolve({ filter: /\?text$/ }, async ({ path, ...from }) => {
      const found = await find(path.replace(/\?text$/, ""), { ...from, kind: "import-statement" });
      return { path: found.path, errors: found.errors, namespace: "text" };
    });
    onLoad({ filter: /./, namespace: "text" }, async ({ path }) => ({
      contents: await readFile(path),
      loader: "text",
    }));
  },
};

/** Puts the operator's classification rules in place of the default set. */
async function replacedRules(file: string): Promise<Plugin> {
  const contents = await readFile(file, "utf8").catch(() => {
    throw new Error(`CLASSIFICATION_RULES names ${file}, which cannot be read.`);
  });
  const parsed = classificationRulesSchema.safeParse(parseJson(contents, file), { error: violationMessage });
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The classification rules in ${file} are not valid:\n${faults.join("\n")}`);
  }
  return {
    name: "replaced-rules",
    setup: ({ onLoad }) => onLoad({ filter: /classification-rules\.json$/ }, () => ({ contents, loader: "json" })),
  };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file} is not JSON: ${cause instanceof Error ? cause.message : ""}`, { cause });
  }
}
