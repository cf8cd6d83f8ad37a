import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** A value that a parameter has or had. */
export type ParameterVersion = {
  readonly version: number;
  readonly type: ParameterType;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
};

/** The types of parameters. */
export const parameterTypes = ["String", "StringList", "SecureString"] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** The versions of each parameter, oldest first. */
export type Parameters = Map<string, ParameterVersion[]>;

/** The parameters on disk, in one file that its owner alone may read. */
export type ParameterFile = {
  readonly parameters: Parameters;
  /** Writes them, whole or not at all. */
  save(): void;
};

/** Opens the file, which need not be there yet. */
export function openParameterFile(path: string): ParameterFile {
  const temporary = `${path}.unfinished`;
  const parameters: Parameters = new Map(Object.entries(read(path)));
  return {
    parameters,
    save: () => {
      // A file that is there would keep its mode.
      rmSync(temporary, { force: true });
      writeFileSync(temporary, JSON.stringify(Object.fromEntries(parameters)), { mode: 0o600 });
      renameSync(temporary, path);
    },
  };
}

function read(path: string): Record<string, ParameterVersion[]> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new Error(`cannot read ${path}`, { cause: error });
  }
}
