/** Chat data: the texts of one speaker's turns, from a decoded list of turns with `role` and `content`. */
import { quoted } from "./columns";

type Turn = Readonly<Record<string, unknown>>;
const isTurn = (value: unknown): value is Turn => typeof value === "object" && value !== null && !Array.isArray(value);

/** The contents of the speaker's turns in column `name` (at least one), or why they cannot be read. */
export function turnTexts(turns: unknown, name: string, speaker: "user" | "assistant"): readonly string[] | string {
  if (!Array.isArray(turns)) return `${quoted(name)} is not a list of turns`;
  const texts: string[] = [];
  for (const turn of turns as unknown[]) {
    if (!isTurn(turn) || typeof turn.role !== "string") return `a turn in ${quoted(name)} has no role`;
    const { role, content } = turn;
    // An assistant's turn that only calls a tool has no text.
    const isSilent = speaker === "assistant" && (content === null || content === undefined);
    if (role !== speaker || isSilent) continue;
    if (typeof content !== "string") return `the content of a turn in ${quoted(name)} is not text`;
    texts.push(content);
  }
  return texts.length === 0 ? `${quoted(name)} has no turn of the ${speaker}` : texts;
}
