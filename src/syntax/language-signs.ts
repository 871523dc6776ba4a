/**
 * Surface signs of the languages that have a grammar here: a pattern and what it counts for or against the language. A sign
 * counts once however often it occurs: a long text is not more of a language than a short one. Patterns take time linear
 * in a line.
 */
import type { CodeLanguage } from "./language";
import { bash, lua, ruby } from "./word-block-signs";

export type Sign = readonly [RegExp, number];

/** What the languages with braces and semicolons have in common. */
const braces: readonly Sign[] = [
  [/;\s*(?:\}|$)/m, 1],
  [/\)\s*(?:const\s*|throws\s+[\w., ]+)?\{/, 1],
];

const c: readonly Sign[] = [
  ...braces,
  [/\b(?:void|int|long|double|float|char|unsigned|bool)\s+\w+\s*[(=;,)[]/, 2],
  [/^\s*#\s*include\b/m, 4],
  [/^\s*#\s*(?:define|ifn?def|endif|pragma)\b/m, 2],
  [/\b(?:void|int|char|long|float|double|unsigned|struct\s+\w+|\w+_t|const\s+\w+)\s*\*/, 3],
  [/\w\s+\*{1,2}\w+\s*[,)=;[]/, 2],
  [/\w\s*->\s*\w/, 2],
  [/\bstruct\s+\w+/, 2],
  [/\b(?:NULL|sizeof|goto|typedef|extern|unsigned|size_t|u?int(?:8|16|32|64)_t)\b/, 2],
  [/(?<![.\w>])(?:f|s|sn)?printf\s*\(|\b(?:malloc|calloc|free|memcpy|memset|strlen|strcmp|scanf)\s*\(/, 2],
  [/[(,=]\s*&\w/, 1],
  [/\(\s*void\s*\)/, 1],
];

const javascript: readonly Sign[] = [
  ...braces,
  [/\bfunction\s*\*?\s*\w*\s*\(/, 3],
  [/=>\s*[{([\w]/, 2],
  [/\b(?:const|let)\s+(?:[\w$]+|[{[][^=\n]*[}\]])\s*=(?!=)/, 3],
  [/\bvar\s+[\w$]+\s*(?:=|;|,)/, 2],
  [/[=!]==/, 2],
  [/\b(?:console\.\w+|module\.exports|document\.|window\.|Object\.\w+|JSON\.|Promise\b)/, 3],
  [/\brequire\s*\(\s*['"]/, 3],
  [/^\s*import\b[^;\n]*\bfrom\s*['"]/m, 4],
  [/^\s*export\s+(?:default|const|function|class|async|let)\b/m, 3],
  [/\b(?:undefined|prototype)\b|\btypeof\s/, 2],
  [/\$\{|\$\(/, 1],
  [/\bthis\s*\./, 1],
  [/\bconstructor\s*\(/, 3],
  [/\basync\s+(?:function\b|\(|\w+\s*=>)/, 3],
  [/^\s*(?:async\s+|static\s+)?[a-z]\w*\s*\([\w\s,={}[\].$]*\)\s*\{/m, 1],
];

const rust: readonly Sign[] = [
  [/\bfn\s+\w+\s*(?:<[^({]*>)?\s*\(/, 5],
  [/\blet\s+mut\s|&\s*mut\s|&\s*(?:mut\s+|'\w+\s+)?self\b/, 4],
  [/\blet\s+\(?\w+[^=\n;]*=/, 1],
  [/^\s*(?:unsafe\s+)?impl\b(?:<[^{]*>)?\s*[\w<&]/m, 4],
  [/->\s*(?:Self|Result|Option|Vec|Box|String|bool|[iu](?:8|16|32|64|size)|f(?:32|64)|impl|dyn|&)(?!\w)/, 3],
  [/\b(?:[a-z_]+)!\s*[([{]/, 2],
  [/\bmatch\s+[^\n{;]+\{|\bif\s+let\s|\bwhile\s+let\s/, 3],
  [/\b(?:Some|Ok|Err)\s*\(|\.\s*(?:unwrap|clone|iter|into|as_ref|unwrap_or)\s*\(/, 2],
  [/\)\s*\?\s*[;.)]/, 2],
  [/#!?\[\w+/, 3],
  [
    /\bpub(?:\s*\([^)\n]*\))?\s+(?:unsafe\s+|async\s+|const\s+)*(?:fn|struct|enum|mod|use|trait|const|static|type)\b/,
    5,
  ],
  [/^\s*use\s+(?:\w+::)+/m, 4],
  [/\b(?:[iu](?:8|16|32|64|128|size)|&(?:'\w+\s+)?str)\b/, 2],
  [/\w::<|\b[a-z]\w*::\w/, 1],
];

/** Signs of a language that adds to another one: where none of them is seen, the text is the other's. */
export const ownSigns: Readonly<Partial<Record<CodeLanguage, readonly Sign[]>>> = {
  cpp: [
    [/\bstd\s*::/, 4],
    [/\b\w+\s*::\s*~?\w+/, 3],
    [/\btemplate\s*<|\b(?:static|dynamic|reinterpret|const)_cast\s*</, 4],
    [/^\s*#\s*include\s*<\w+>/m, 4],
    [/\busing\s+namespace\b|\bnamespace\s+\w*\s*\{/, 3],
    [/\b(?:cout|cerr|cin)\s*(?:<<|>>)/, 4],
    [/\b(?:nullptr|noexcept|constexpr|mutable|explicit|friend)\b/, 3],
    [/^\s*(?:public|private|protected)\s*:\s*$/m, 4],
    [/\bconst\s+[\w:]+(?:<[^;(){}\n]*>)?\s*&/, 3],
    [/\bTEST(?:_F|_P)?\s*\(\s*\w+\s*,|\b(?:EXPECT|ASSERT)_(?:EQ|TRUE|FALSE|CALL)\s*\(/, 4],
    [/\bvirtual\s+[\w~]|\)\s*(?:const\s*)?override\b/, 2],
    [/\bauto\s*[&*]?\s*&?\w+\s*[=:]/, 2],
    [/\b(?:vector|map|pair|set|unordered_map|unique_ptr|shared_ptr)\s*</, 2],
    [/\bdelete\s+\w|\bdelete\s*\[/, 1],
    // Rust
    [
      /\blet\s+(?:mut\s+)?\(?\w+[^=\n;]*=\s|\bmatch\s+\w[^;\n]*\{|\b(?:Some|Ok|Err)\(|\b[a-z_]+!\(|\.unwrap\(\)|&mut\s|\)\?[;.]/,
      -8,
    ],
  ],
  typescript: [
    [/[\w)\]?]\s*:\s*(?:(?:string|number|boolean|any|unknown|never|void)(?:\[\])*\s*[,;)=|{]|Promise\s*<)/, 4],
    [/\)\s*:\s*[\w.<>[\]| ]+\s*(?:=>|\{)/, 2],
    [/\b(?:private|public|protected|readonly)\s+(?:readonly\s+|async\s+|static\s+)*\w+[?!]?\s*[:(](?!:)/, 2],
    [/^\s*(?:export\s+)?(?:declare\s+)?(?:interface|enum|namespace)\s+\w[\w<>, ]*\s*(?:extends\s+[\w<>, ]+)?\{/m, 2],
    [/^\s*(?:export\s+)?type\s+\w+(?:<[^=\n]*>)?\s*=/m, 4],
    [/\bimport\s+type\b|\bas\s+(?:const|unknown|any|string|number)\b/, 4],
    [/\w\s*\??\s*:\s*(?:string|number|boolean|[A-Z]\w*)(?:\[\])?\s*[,;)|=]/, 3],
  ],
};

export const signs: Readonly<Record<CodeLanguage, readonly Sign[]>> = {
  python: [
    [/^\s*(?:async\s+)?def\s+\w+\s*\([^)]*\)\s*(?:->[^:\n]+)?:/m, 3],
    [/^\s*class\s+\w+\s*(?:\([^)]*\)\s*)?:/m, 3],
    [/^\s*from\s+[\w.]+\s+import\s/m, 3],
    [/^\s*import\s+[\w.]+(?:\s+as\s+\w+)?\s*$/m, 2],
    [/^\s*(?:if|elif|else|for|while|try|except|with|finally)\b[^\n]*:\s*$/m, 2],
    [/^\s*return\b[^;\n]*$/m, 1],
    [/^\s*[\w.]+\s*(?:\[[^\]\n]*\]\s*)?[-+*/]?=\s*[^=\n;{]+$/m, 1],
    [/^\s*[\w.]+\s*\([^;{}\n]*\)\s*$/m, 1],
    [/\b(?:self|None|True|False|elif|lambda)\b/, 1],
  ],
  java: [
    ...braces,
    [/\b(?:public|private|protected)\s+(?:static\s+|final\s+|abstract\s+)*[\w.<>[\], ]+\s*\(/, 3],
    [/\b(?:void|int|boolean|long|double|float|char|String)\s+\w+\s*[(=;,)]/, 2],
    [/^\s*(?:import|package)\s+[\w.]+(?:\.\*)?\s*;/m, 3],
    [/\bnew\s+[\w.]+\s*[(<[]/, 1],
    [/\bjava\.(?:lang|util|io)\./, 2],
    [/\bthis\s*\./, 1],
    [/@(?:Override|java\.lang\.Override)\b/, 2],
    [/\)\s*throws\s+\w|^\s*@(?:\w+\s*\.\s*)*[A-Z]\w*/m, 2],
    [/\b(?:boolean|String|Integer|System\.(?:out|err))\b/, 1],
    [/^\s*#\s*(?:include|define|ifn?def|region)\b|\bnullptr\b|\bstd\s*::|[=!]==|\bfunction\b\s*\w*\s*\(/m, -4],
  ],
  c,
  cpp: c,
  javascript,
  typescript: javascript,
  go: [
    [/^\s*func\s+(?:\([^)\n]*\)\s*)?\w+\s*[([]/m, 4],
    [/\bfunc\s*\([^)\n]*\)[^{\n]*\{/, 2],
    [/\w\s*:=\s*\S/, 2],
    [/^\s*package\s+\w+\s*$/m, 4],
    [/\berr\s*!=\s*nil\b/, 4],
    [/\b(?:nil|chan|defer|iota)\b/, 1],
    [/\[\](?:byte|string|int|rune|\*?[A-Z]\w*)\b|\bmap\[\w+\]/, 3],
    [/^\s*type\s+\w+\s+(?:struct|interface|func)\b/m, 5],
    [/\b(?:fmt|errors|strings|strconv|context|http|json)\.[A-Z]\w*/, 2],
    [/^\s*(?:if|for|switch)\s+[^({\n][^{\n]*\{\s*$/m, 2],
    [/^\s*import\s+(?:\(\s*$|"[^"\n]*"\s*$)/m, 3],
    [/;\s*$/m, -3],
  ],
  php: [
    [/<\?php/, 8],
    ...braces,
    [/\$\w+\s*(?:->|=(?![=>])|\[|\.=|\+\+)/, 3],
    [/\bfunction\s*&?\s*\w*\s*\(\s*(?:(?:[\w\\?|]+\s+)?&?\s*(?:\.\.\.)?\$\w+|\)\s*(?::\s*\??\w+\s*)?\{[^}]*\$)/, 5],
    [/\$this\s*->/, 5],
    [/\bforeach\s*\(\s*[^)\n]*\bas\s+&?\s*\$/, 5],
    [/['"]\w*['"]\s*=>|\b__(?:DIR|FILE|CLASS)__\b/, 4],
    [/\barray\s*\(|['"]\s+\.\s+['"$]|\becho\s|\b(?:isset|empty|unset|count|implode|explode)\s*\(\s*\$/, 2],
    [/\b[A-Z]\w*::\$?\w+|\b(?:self|static|parent)::/, 1],
    [/\b(?:public|private|protected)\s+(?:static\s+)?function\b/, 3],
    [/^\s*(?:my|our)\s+[$@%]|^\s*sub\s+\w+\s*\{/m, -8],
    // Bash
    [/^[\w-]+\s*\(\)\s*\{?\s*$/m, -6],
  ],
  "c-sharp": [
    ...braces,
    [/^\s*using\s+(?:static\s+)?[A-Z][\w.]*\s*(?:=[^;\n]*)?;/m, 4],
    [/^\s*namespace\s+[A-Z][\w.]*\s*(?:\{|;|$)/m, 3],
    [/\bpublic\s+(?:virtual|override|sealed|async|readonly|partial)\b|\binternal\s+\w/, 4],
    [/\b(?:public|private|protected)\s+(?:static\s+|async\s+)*[\w.<>[\], ?]+\s+[A-Z]\w*\s*(?:<\w+>\s*)?\(/, 4],
    [/\b(?:public|private|protected)\s+(?:static\s+|final\s+|abstract\s+)*[\w.<>[\], ]+\s*\(/, 1],
    [/\b(?:void|int|bool|long|double|float|char|string|byte)\s+\w+\s*[(=;,)]/, 2],
    [/\bforeach\s*\(\s*(?:var|[\w<>.]+)\s+\w+\s+in\b/, 5],
    [/\{\s*(?:get|set)\s*(?:;|=>|\{)/, 5],
    [/\bvar\s+\w+\s*=\s*(?:new|await)\b/, 2],
    [
      /\b(?:Console\.(?:Write|Read)|Task(?:<|\.)|IEnumerable\b|Assert\.(?:That|Are)|string\.(?:Is|Format|Empty|Join))/,
      4,
    ],
    [/\bstring\s+\w+\s*[=;,)]|[(,]\s*(?:out|ref)\s+\w+|\bnameof\s*\(/, 1],
    [/\bnew\s+[\w.]+\s*[(<[{]/, 1],
    [/\bthrow\s+new\s+\w+|\bthis\s*\./, 1],
    [/\?\?|\?\.\w|\bis\s+(?:not\s+)?null\b/, 1],
    [/^\s*\[\w+(?:\([^\n]*\))?\]\s*$/m, 3],
    [/\bboolean\b|^\s*@\w/m, -4],
    [/^\s*#\s*include\b|\w\s*->\s*\w|\bstd\s*::|\busing\s+namespace\b|[=!]==/m, -5],
  ],
  ruby,
  rust,
  bash,
  lua,
};

/** Signs of languages that look like one that has a grammar here, and the languages that have the sign themselves. */
const foreign: readonly (readonly [RegExp, readonly CodeLanguage[]])[] = [
  // Ruby, Lua; Julia, MATLAB
  [/^\s*end\s*;?\s*$/m, ["ruby", "lua"]],
  [/^\s*(?:fi|done|esac)\s*;?\s*$/m, ["bash"]],
  [/\bfn\s+\w+\s*[(<]|\blet\s+mut\s/, ["rust"]],
  // Kotlin
  [/\bfun\s+(?:<[^>\n]*>\s*)?[\w.`<>?]+\s*\(/, []],
  // Swift
  [/\bfunc\s+\w+[^{\n]*\)\s*(?:throws\s*)?->/, []],
  // Scala
  [/^\s*(?:override\s+)?def\s+\w+[^\n]*=\s*\{?\s*$/m, ["ruby"]],
  // Perl
  [/^\s*my\s+[$@%(]/m, []],
];

/** Where the text is in another language than it seems to be: the languages that it may be in; else null. */
export function othersThan(language: CodeLanguage, text: string): readonly CodeLanguage[] | null {
  const seen = foreign.filter(([sign, own]) => !own.includes(language) && sign.test(text));
  return seen.length === 0 ? null : seen.flatMap(([, own]) => own);
}
