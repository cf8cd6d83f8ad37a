import * as z from "zod";

const lengthMax = 64;

/** An id that a client chose: 1 to 64 characters, a part of paths as it is. */
export function ownIdField(description: string, example: string) {
  return z
    .string()
    .refine((text) => text.trim() !== "", { message: "must not be blank", abort: true })
    .refine((text) => [...text].length <= lengthMax, `must be at most ${lengthMax} characters`)
    .refine((text) => text === text.trim(), "must not begin or end with a blank")
    .refine((text) => !/[\p{Cc}/\\]/u.test(text), "must not contain control characters, / or \\")
    .refine((text) => !/^\.+$/.test(text), "must not be dots alone, which mean other places in a path")
    .meta({ description, examples: [example], override: { minLength: 1, maxLength: lengthMax } });
}
