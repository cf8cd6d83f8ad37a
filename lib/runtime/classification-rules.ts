import { type ClassificationRules, classificationRulesSchema } from "#domain/classification.ts";
import rules from "#domain/classification-rules.json" with { type: "json" };

/** The rule set this deployment classifies by: the default, or the operator's, put in its place when bundled. */
export const classificationRules: ClassificationRules = classificationRulesSchema.parse(rules);
