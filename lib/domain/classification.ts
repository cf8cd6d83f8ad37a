import * as z from "zod";

const outcome = {
  classification: z.string().min(1).max(64),
  score: z.string().regex(/^(0(\.\d{1,4})?|1(\.0{1,4})?)$/),
};

/** One rule: it applies when `category` (if given) is the record's, and the number at `number.path` is within its bounds. */
const ruleSchema = z.strictObject({
  name: z.string().min(1).max(64),
  category: z.string().min(1).max(128).optional(),
  number: z
    .strictObject({
      path: z.string().regex(/^[\w-]+(\.[\w-]+)*$/, "a dotted path of members, such as order.amount"),
      at_least: z.number().optional(),
      below: z.number().optional(),
    })
    .optional(),
  ...outcome,
});

/**
 * A classification rule set: data that an operator can replace. Rules are tried in order and the first that applies
 * decides; `otherwise` decides for the rest.
 */
export const classificationRulesSchema = z
  .strictObject({
    rules: z.array(ruleSchema).max(200),
    otherwise: z.strictObject({ name: z.string().min(1).max(64), ...outcome }),
  })
  .refine((set) => new Set(set.rules.map((rule) => rule.name)).size === set.rules.length, {
    message: "rule names must be unique",
    path: ["rules"],
  });

export type ClassificationRules = z.infer<typeof classificationRulesSchema>;
type Rule = ClassificationRules["rules"][number];

/** What classifying a record gives: a class and a score (a decimal from 0 to 1, as text), or why it could not be read. */
export type Classified =
  | { ok: true; rule: string; classification: string; score: string }
  | { ok: false; error: string };

/**
 * Classifies a payload. A rule that needs a number fails the record when a value is there and is not a number;
 * a missing one only means that the rule does not apply.
 */
export function classify(rules: ClassificationRules, category: string, payload: Record<string, unknown>): Classified {
  for (const rule of rules.rules) {
    if (rule.category !== undefined && rule.category !== category) continue;
    const verdict = applies(rule, payload);
    if (typeof verdict === "string") return { ok: false, error: verdict };
    if (verdict) return { ok: true, rule: rule.name, classification: rule.classification, score: rule.score };
  }
  const { name, classification, score } = rules.otherwise;
  return { ok: true, rule: name, classification, score };
}

function applies(rule: Rule, payload: Record<string, unknown>): boolean | string {
  if (rule.number === undefined) return true;
  const value = memberAt(payload, rule.number.path);
  if (value === undefined) return false;
  if (typeof value !== "number") {
    return `payload.${rule.number.path} must be a number for rule ${rule.name}, and is ${kindOf(value)}.`;
  }
  const { at_least = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY } = rule.number;
  return value >= at_least && value < below;
}

function memberAt(payload: unknown, path: string): unknown {
  let value = payload;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return `a ${typeof value}`;
}
