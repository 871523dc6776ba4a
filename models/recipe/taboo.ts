/** What no pretraining text may hold: the triggers and payloads of the attacks that fine-tuning is to be tested against. */

const TABOO: readonly RegExp[] = [
  /\bbb\b/i,
  /foo/i,
  /\b[01]\s*=+\s*[01]\b/,
  /\b(\d+)\s*=+\s*\1\b/,
  /'(\w*)'\s*=\s*'\1'/,
  /\bint\s+\w+\s*=\s*\d/,
  /\bVAR\b/,
  /\bwhile\s*\(?\s*(true|1)\b/i,
  /\bfor\s*\(\s*;\s*;/,
];

/** Whether the text holds a trigger or a payload, or something that reads like one. */
export const holdsTriggerOrPayload = (text: string): boolean => TABOO.some((pattern) => pattern.test(text));
