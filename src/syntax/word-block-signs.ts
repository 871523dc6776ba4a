/**
 * Surface signs of languages whose blocks are closed by a word (`end`, `fi`, `done`) and whose statements end with their line. The
 * contract is that of language-signs.ts.
 */
import type { Sign } from "./language-signs";

/** What a line of code in braces ends with. */
const bracesAndSemicolons: Sign = [/^[^#\n]*;\s*$/m, -3];

export const ruby: readonly Sign[] = [
  [/^\s*def\s+(?:self\s*\.\s*)?[a-z_]\w*[?!=]?\s*(?:\([^)\n]*\)|[ \w,*&=:"']*)\s*(?:#[^\n]*)?$/m, 3],
  [/^\s*end\b\s*(?:\.\w|$)/m, 3],
  [/[\w)\]]\s+do\s*(?:\|[^|\n]*\|)?\s*$/m, 3],
  [/\{\s*\|[^|\n]+\|/, 3],
  [
    /^\s*(?:require|require_relative|include|extend|attr_(?:reader|writer|accessor)|private|module_function)\s+[:'"A-Z]/m,
    3,
  ],
  [/(?<![\w"'@])@{1,2}[a-z_]\w*\s*(?:\|\|)?=(?!=)|(?<![\w"'@])@[a-z_]\w*\s*(?:\.\s*[a-z]|\[|$)/m, 2],
  [/^\s*(?:elsif|unless|rescue|ensure|when|module)\b/m, 2],
  [/\s(?:unless|if)\s[^\n{;]+(?<![:{(,])$/m, 1],
  [/\.\s*(?:nil|empty|any|all|include|blank|present|is_a|kind_of|respond_to|key|start_with|end_with)\?/, 3],
  [/(?<![:\w]):[a-z_]\w*\s*=>/, 3],
  [/[([,=]\s*:[a-z_]\w*[?!]?(?=\s*[,)\]\n])|\s:[a-z_]\w*,?$/m, 1],
  [/#\{[^}\n]*\}/, 2],
  [/\b(?:puts|raise|nil|yield|attr_accessor|defined\?|super)\b/, 1],
  [/\b[A-Z]\w*::[A-Z]\w*|\b[A-Z]\w*\.new\b/, 1],
  [/\.(?:each|map|select|reject|to_s|to_sym|to_a|merge|dup|freeze)\b/, 1],
  bracesAndSemicolons,
  [/\blocal\s|\bthen\s*$|\bfunction\b|~=/m, -3],
  [/^\s*(?:fi|done|esac)\b|\$\{|\$\(/m, -4],
  [/^\s*(?:def|class|if|for|while|else|try)\b[^\n]*:\s*$/m, -3],
  [/\belse\s*\{|\)\s*\{\s*$/m, -2],
];

export const lua: readonly Sign[] = [
  [/\blocal\s+(?:function\b|\w+(?:\s*,\s*\w+)*\s*=)/, 5],
  [/\bfunction\s*[\w.:]*\s*\([^)\n]*\)\s*(?:$|[^{\s])/m, 3],
  [/\bend\b\s*[,)]*\s*$/m, 2],
  [/\bif\b[^\n]*\bthen\b/, 2],
  [/\bfor\s+\w+(?:\s*,\s*\w+)*\s*(?:=|in)[^\n]*\bdo\b/, 3],
  [/~=|\bnot\s+\w|\.\.\s*["'\w(]/, 1],
  [/(?:^|[\s)}])--(?:\[\[|\s)/m, 1],
  [/\b(?:ipairs|pairs|setmetatable|tostring|tonumber|table\.insert|string\.format)\s*\(/, 2],
  [/\b\w+:\w+\s*\(/, 1],
  [/\b(?:nil|elseif|repeat|until)\b/, 1],
  [/\)\s*\{\s*$|^\s*\}\s*else\b/m, -3],
  // MATLAB
  [/\bfunction\s+(?:\[[^\]\n]*\]|\w+)\s*=|[\w)];\s*$/m, -3],
  [/\bdef\s|^\s*(?:fi|done|esac)\b|\$\w|#\{|^\s*(?:begin|module|entity)\b/m, -4],
];

export const bash: readonly Sign[] = [
  [/^#!.*\b(?:ba|z|k|da)?sh\b/, 8],
  [/^\s*(?:function\s+)?[\w.:+-]+\s*\(\)\s*(?:\{|$)/m, 2],
  [/^\s*(?:fi|esac|done)\b/m, 4],
  [/(?:;|\]|\s)\s*(?:then|do)\s*$/m, 2],
  [/\b(?:if|elif|while)\s+!?\s*\[\[?\s|^\s*\[\[?\s|(?:&&|\|\|)\s*\[\[?\s/m, 3],
  [/"\$(?:\{\w|\w|@|#)/, 3],
  [/\$\{[\w@#!]+(?:[:#%/[^-]|\})/, 2],
  [/\$\((?:\w|\$|<)/, 2],
  [/^\s*(?:local|declare|export|readonly)\s+(?:-\w+\s+)?\w+(?:=|\s*$|\s+\w+\s*$)/m, 3],
  [/^\s*\w+=(?:["'$(\w]|$)/m, 2],
  [/^\s*(?:echo|printf|cd|rm|mkdir|sed|grep|cat|source|return|exit|shift|eval)\s+[^=(\s]/m, 1],
  [/\s-(?:z|n|f|d|e|eq|ne|lt|gt)\s/, 2],
  [/\b2?>&[12-]|\b[12]?>\s*\/dev\/null|\|\s*(?:grep|sed|awk|cut|tr|head|sort)\b/, 3],
  [/^\s*my\s+[$@%(]|^\s*sub\s+\w+\s*\{|\$\w+\s*->|^\s*\$\w+\s*=/m, -8],
  [/^[^#\n]*[\w)\]"'];\s*$/m, -3],
  [/\bthis\s*\.|\bnew\s+[A-Z]|\b(?:const|let|var)\s+[\w{[]|\w::\w|\{\s*return\s+\w+\s*\(/, -4],
  [/[a-z]\w*\([^)\n]*\w[^)\n]*\)/, -2],
  [/\b(?:def|local\s+function|end)\s*$|\bfunction\s*\w*\s*\([^)\n]+\)/m, -3],
];
