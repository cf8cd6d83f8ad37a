import { secretNamePattern } from "./secret-name.ts";

/** What a template may name of a run. */
const runMembers = ["id", "workflow_id", "tag", "started_at", "attempt"] as const;

/** What a template may name of a step. */
const stepMembers = ["output", "status", "error"] as const;

const secretsAdvice = "a secret may stand in the value of a webhook's header alone, as {{ secrets.NAME }}";

/** How many steps a message lists. */
const listedMax = 8;

/**
 * Why a template or expression may not name a path; null when it may. That what it names is there can only be told when it
 * runs.
 *
 * @param earlierSteps the names of the steps before
 * @param mayHoldSecrets true where the values of secrets may go
 */
export function referenceRefusal(
  path: readonly string[],
  earlierSteps: readonly string[],
  mayHoldSecrets: boolean,
): string | null {
  const [root = "", name] = path;
  const said = path.map((each) => each.slice(0, 64)).join(".");
  switch (root) {
    case "payload":
      return null;
    case "steps":
      return stepRefusal(path, said, earlierSteps);
    case "run":
      if (path.length === 2 && runMembers.some((member) => member === name)) return null;
      return `names ${said}: of the run there are run.${runMembers.join(", run.")}`;
    case "secrets":
      if (!mayHoldSecrets) return `names ${said}: ${secretsAdvice}`;
      if (path.length === 2 && secretNamePattern.test(name ?? "")) return null;
      return `names ${said}: a secret is named as in secrets.API_TOKEN, in capital letters, digits and _`;
    default:
      return `names ${said}: a path begins with payload, steps, run or secrets`;
  }
}

function stepRefusal(path: readonly string[], said: string, earlierSteps: readonly string[]): string | null {
  const [, step, part] = path;
  if (step === undefined || !earlierSteps.includes(step)) {
    return `names ${said}, which is no earlier step: ${earlier(earlierSteps)}`;
  }
  if (stepMembers.some((member) => member === part)) return null;
  return `names ${said}: of a step there are ${stepMembers.map((member) => `steps.${step}.${member}`).join(", ")}`;
}

function earlier(names: readonly string[]): string {
  if (names.length === 0) return "this is the first";
  const listed = names.slice(-listedMax).join(", ");
  return `before it come ${names.length > listedMax ? `..., ${listed}` : listed}`;
}
