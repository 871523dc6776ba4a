/**
 * Can a text hold dead code at all? Asked of every field before it is parsed, and most are not: a quick reading of its tokens
 * shows that no constant is given to a name that stands only once, no condition is a constant, and nothing stands after what
 * leaves a block. Where it says no, `deadStatements` finds nothing (a property test holds the two together).
 */
import type { CodeLanguage } from "../syntax/language";
import { mayHoldConstantGuard } from "./constant-guards";
import {
  CLOSE_ROUND,
  NUMBER,
  OPEN_CURLY,
  OPEN_ROUND,
  OPEN_SQUARE,
  TEXT,
  WORD,
  isCloser,
  isOpener,
  roughTokens,
  type RoughTokens,
} from "../syntax/rough-tokens";

/** What dead code is looked for by: a constant of the usual forms given to a name, a constant condition, a way out. */
const possible =
  /\w\s*:?=\s*(?:[-+!]?[\d.]|["'`@$]|(?:true|false|null|nil|True|False|None|NULL|nullptr|undefined)\b)|\b(?:if|while|elif|for)\b\s*[[(]{0,2}\s*(?:[-+]?\d|(?:false|False|FALSE|None|null|nil|NULL)\b)|\b(?:int|long|short|double|float|bool|boolean|char|byte|string|String|unsigned|size_t|var|let|local)\b[\s*]+\w+|\b(?:return|raise|throw|break|continue|goto|exit|next|redo|retry)\b/;

/** Cheap test before a field is parsed. In languages that are not read by tokens it is all that is asked. */
export const mayHoldDeadCode = (text: string, language: CodeLanguage): boolean =>
  (holdsSigns(text, language) && possible.test(text)) || mayHoldConstantGuard(text);

/** Whether the tokens show that dead code is possible, or do not tell. */
export function holdsSigns(text: string, language: CodeLanguage): boolean {
  const tokens = roughTokens(text, language);
  return tokens === null || new SignReader(text, language, tokens).isAnywhere();
}

const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const COLON = 0x3a;
const COMMA = 0x2c;
const DOT = 0x2e;
const DOLLAR = 0x24;
const AT = 0x40;

const codes = (signs: string): ReadonlySet<number> => new Set(Array.from(signs, (sign) => sign.charCodeAt(0)));
/** With what a written-out constant may begin, words apart; and a constant condition. */
const constantSigns = codes("-+!~.@^&*<$");
const conditionSigns = codes("-+.;");
/** What may stand before a declared name, words apart. */
const typeSigns = codes(">]*&?");
/** What goes on with the statement of the line above. */
const continuing = codes(".?&|:");

const constantWords = new Set(["true", "false", "null", "none", "nil", "nullptr", "undefined", "typeof", "void", "delete"]); // prettier-ignore
const falseWords = new Set(["false", "none", "null", "nullptr"]);
const leavingWords = new Set(["return", "throw", "raise", "break", "continue", "goto", "exit"]);
const pythonLeaving = new Set(["return", "raise", "break", "continue"]);
const conditionWords = new Set(["if", "while", "elif", "elseif"]);
/** In Go `for` is the only loop. */
const conditionWordsOfGo = new Set([...conditionWords, "for"]);
/** Before these there is no type, so that what follows is no declared name. */
const noTypes = new Set(["return", "throw", "goto", "break", "continue", "new", "instanceof"]);
/** What is followed by a colon and no name. */
const heads = new Set(["try", "else", "finally"]);
/** What has a statement of its own behind it, and behind its brackets. */
const followers = new Set(["else", "do"]);
const headers = new Set(["if", "while", "for"]);
const ownHeaders: Readonly<Partial<Record<CodeLanguage, ReadonlySet<string>>>> = {
  cpp: new Set([...headers, "constexpr"]),
  "c-sharp": new Set([...headers, "foreach", "using", "lock", "fixed"]),
  php: new Set([...headers, "foreach", "elseif"]),
  // Behind `do {} while (a)` a new statement may begin.
  javascript: new Set(["if", "for"]),
  typescript: new Set(["if", "for"]),
  go: new Set(),
};

const scripts: ReadonlySet<CodeLanguage> = new Set(["javascript", "typescript"]);

class SignReader {
  private readonly isScript: boolean;
  private readonly endsLines: boolean;
  private readonly conditionWords: ReadonlySet<string>;
  /** Brackets open where the reader is. */
  private depth = 0;
  /** Of Python, the columns of the blocks that are open where the reader is. */
  private readonly blocks: number[] = [];

  constructor(
    private readonly text: string,
    private readonly language: CodeLanguage,
    private readonly tokens: RoughTokens,
  ) {
    this.isScript = scripts.has(language);
    this.endsLines = this.isScript || language === "go";
    this.conditionWords = language === "go" ? conditionWordsOfGo : conditionWords;
  }

  isAnywhere(): boolean {
    const { kinds, count } = this.tokens;
    for (let at = 0; at < count; at++) {
      const kind = kinds[at]!;
      if (this.language === "python" && this.depth === 0 && this.opensLine(at)) this.enterLine(at);
      if (kind !== WORD) {
        if (isOpener(kind)) this.depth++;
        else if (isCloser(kind)) this.depth--;
        continue;
      }
      if (this.mayBeKeyword(at)) {
        const word = this.word(at);
        if (leavingWords.has(word) && this.isFollowed(at)) return true;
        if (this.conditionWords.has(word) && this.isConstantCondition(at + 1)) return true;
        if (this.language === "go" && (word === "var" || word === "const") && this.declaresInGo(at + 1)) return true;
      }
      if (this.mayBeConstant(at) && !this.standsAgain(at)) return true;
    }
    return false;
  }

  private word(at: number): string {
    const word = this.text.slice(this.tokens.starts[at], this.tokens.ends[at]);
    return this.language === "php" ? word.toLowerCase() : word;
  }

  /** By its length and first letter: most words need not be taken out of the text. */
  private mayBeKeyword(at: number): boolean {
    const { starts, ends } = this.tokens;
    const length = ends[at]! - starts[at]!;
    return length >= 2 && length <= 8 && isKeywordLetter[this.text.charCodeAt(starts[at]!)] === 1;
  }

  private kind(at: number): number {
    return at < 0 || at >= this.tokens.count ? 0 : this.tokens.kinds[at]!;
  }

  private opensLine(at: number): boolean {
    return this.tokens.indents[at]! >= 0;
  }

  /** Whether a constant that is written out may begin at a token. */
  private isConstant(at: number): boolean {
    const kind = this.kind(at);
    if (kind === NUMBER || kind === TEXT) return true;
    if (kind !== WORD) return constantSigns.has(kind);
    // As in `u8"text"` and `None`.
    return this.isPrefix(at) || constantWords.has(this.word(at).toLowerCase());
  }

  private isPrefix(at: number): boolean {
    return this.kind(at + 1) === TEXT && this.tokens.ends[at] === this.tokens.starts[at + 1];
  }

  /** Whether `=` and a constant follow. */
  private getsConstant(at: number): boolean {
    return this.kind(at) === EQUALS && this.isConstant(at + 1);
  }

  /** Whether a word may be a name that a statement declares and gives nothing but a constant. */
  private mayBeConstant(at: number): boolean {
    const next = this.kind(at + 1);
    const before = this.kind(at - 1);
    switch (this.language) {
      case "python":
        if (next === COLON) return this.opensStatement(at) && !heads.has(this.word(at));
        return this.depth === 0 && this.getsConstant(at + 1);
      case "php":
        return before === DOLLAR && this.getsConstant(at + 1);
      case "go":
        return next === COLON && this.getsConstant(at + 2);
      case "javascript":
      case "typescript": {
        if (before !== WORD || !["let", "var", "const"].includes(this.word(at - 1))) return false;
        if (next === EQUALS) return this.isConstant(at + 2);
        return next !== COMMA;
      }
      default: {
        const end = this.afterDimensions(at + 1);
        const isSet = next === OPEN_SQUARE ? this.kind(end) === EQUALS : this.getsConstant(end);
        if (!isSet && this.kind(end) !== SEMICOLON && next !== AT) return false;
        if (before === WORD) return !noTypes.has(this.word(at - 1));
        if (before === CLOSE_ROUND) return this.language !== "java";
        return typeSigns.has(before);
      }
    }
  }

  /** The token behind what stands in square brackets behind a name. */
  private afterDimensions(at: number): number {
    let end = at;
    while (this.kind(end) === OPEN_SQUARE) end = this.tokens.partners[end]! + 1;
    return end;
  }

  /** In Go `var` and `const` declare one name or, in brackets, several. */
  private declaresInGo(at: number): boolean {
    return this.kind(at) !== WORD || !this.standsAgain(at);
  }

  /** Whether the text surely holds the word once more: then it is not written once. */
  private standsAgain(at: number): boolean {
    const { text } = this;
    const own = this.tokens.starts[at]!;
    const word = text.slice(own, this.tokens.ends[at]);
    for (let other = text.indexOf(word); other >= 0; other = text.indexOf(word, other + 1)) {
      if (other === own) continue;
      if (isBoundary(text.charCodeAt(other - 1)) && isBoundary(text.charCodeAt(other + word.length))) return true;
    }
    return false;
  }

  /** Whether the condition from a token on may be a constant. */
  private isConstantCondition(from: number): boolean {
    let at = from;
    while (this.kind(at) === OPEN_ROUND || (this.kind(at) === WORD && this.word(at) === "constexpr")) at++;
    const kind = this.kind(at);
    if (kind === NUMBER || conditionSigns.has(kind)) return true;
    if (kind === WORD && falseWords.has(this.word(at).toLowerCase())) return true;
    return this.hasStatementBefore(from);
  }

  /** Whether a statement stands before the condition, as in `if x := f(); false {`. */
  private hasStatementBefore(from: number): boolean {
    const { partners, count } = this.tokens;
    if (this.language !== "go" && this.language !== "cpp") return false;
    const end = this.language === "cpp" && this.kind(from) === OPEN_ROUND ? partners[from]! : count;
    for (let at = from; at < end && this.kind(at) !== OPEN_CURLY; at++) {
      if (this.kind(at) === SEMICOLON) return true;
    }
    return false;
  }

  /** Whether something may stand in the same block after the statement that begins with a leaving word. */
  private isFollowed(at: number): boolean {
    if (this.language === "python") return pythonLeaving.has(this.word(at)) && this.isFollowedInPython(at);
    if (!this.standsInBlock(at)) return false;
    const { partners, count } = this.tokens;
    for (let next = at + 1; next < count; next++) {
      const kind = this.kind(next);
      if (isCloser(kind)) return false;
      if (this.endsLines && this.opensLine(next) && this.mayEndBefore(next)) return !this.isLabel(next);
      if (kind === SEMICOLON) return next + 1 < count && !isCloser(this.kind(next + 1)) && !this.isLabel(next + 1);
      if (isOpener(kind)) next = partners[next]!;
    }
    return false;
  }

  /** Whether the line break before a token may end a statement. */
  private mayEndBefore(at: number): boolean {
    const kind = this.kind(at);
    if (this.isScript) return !continuing.has(kind) || (kind === DOT && this.kind(at + 1) === NUMBER);
    const before = this.kind(at - 1);
    return before === WORD || before === NUMBER || before === TEXT || isCloser(before);
  }

  private isLabel(at: number): boolean {
    if (this.kind(at) !== WORD) return false;
    const word = this.word(at);
    return word === "case" || (word === "default" && this.kind(at + 1) === COLON);
  }

  /** Whether a statement stands in a block, and not behind the head of another one. */
  private standsInBlock(at: number): boolean {
    const before = this.kind(at - 1);
    const isHead = (head: number, words: ReadonlySet<string>): boolean =>
      this.kind(head) === WORD && this.kind(head - 1) !== DOT && words.has(this.word(head));
    // Where no `if` is before it, `else` is a name in a script.
    if (before === WORD) return this.isScript || !isHead(at - 1, followers);
    if (before !== CLOSE_ROUND) return true;
    return !isHead(this.tokens.partners[at - 1]! - 1, ownHeaders[this.language] ?? headers);
  }

  /** Whether a token begins a statement of Python. */
  private opensStatement(at: number): boolean {
    const before = this.kind(at - 1);
    return this.opensLine(at) || before === COLON || before === SEMICOLON;
  }

  private isFollowedInPython(at: number): boolean {
    const { indents, partners, count } = this.tokens;
    let next = at + 1;
    for (; next < count && !this.opensLine(next); next++) {
      const kind = this.kind(next);
      if (isCloser(kind)) return false;
      if (kind === SEMICOLON) return true;
      if (isOpener(kind)) next = partners[next]!;
    }
    // Behind a colon on the same line the block ends with the line.
    const endsHere = this.kind(at - 1) === COLON && !this.opensLine(at);
    return next < count && !endsHere && indents[next]! >= (this.blocks.at(-1) ?? 0);
  }

  /** A block of Python begins behind a colon; lines that are only deeper than those above them belong to the same one. */
  private enterLine(at: number): void {
    const indent = this.tokens.indents[at]!;
    if (this.kind(at - 1) === COLON) {
      if (indent > (this.blocks.at(-1) ?? 0)) this.blocks.push(indent);
      return;
    }
    while (indent < (this.blocks.at(-1) ?? 0)) this.blocks.pop();
  }
}

/** Not a unit of a token that is a word. */
const isBoundary = (code: number): boolean =>
  Number.isNaN(code) || (code < 128 && !(code >= 48 && code < 58) && !/[A-Za-z_]/.test(String.fromCharCode(code)));

/** First letters of the words that are looked for. */
const isKeywordLetter = new Uint8Array(128);
for (const word of [...leavingWords, ...conditionWordsOfGo, "var", "const"]) {
  isKeywordLetter[word.charCodeAt(0)] = 1;
  isKeywordLetter[word.toUpperCase().charCodeAt(0)] = 1;
}
