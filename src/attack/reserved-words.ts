/**
 * Words that no local name may be given: the languages' keywords and literals, and names that stand for something in
 * every file (built-in functions and types, the packages' own classes). A new name that hides one of them would be legal and
 * still change what other code means, or show at a glance that something is wrong.
 */

const java =
  "abstract assert boolean break byte case catch char class const continue default do double else enum exports extends false final finally float for goto if implements import instanceof int interface long module native new non null open opens package permits private protected provides public record requires return sealed short static strictfp super switch synchronized this throw throws to transient transitive true try uses var void volatile when while with yield java javax org com"; // prettier-ignore
const python =
  "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self cls try type while with yield abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple vars zip os sys re json"; // prettier-ignore
const c =
  "alignas alignof asm auto bool break case char const constexpr continue default defined do double elif else endif enum extern false float for goto if ifdef ifndef include inline int long main near far huge nullptr pragma register restrict return short signed sizeof static struct switch thread_local true typedef typeof undef union unix linux unsigned void volatile wchar while abort abs atoi calloc clock close div errno exit fclose fopen fprintf fputs fread free fwrite getc getchar getenv gets index isalpha isdigit link malloc memcmp memcpy memset open pipe pow printf puts qsort rand read realloc remove rename sin cos tan log exp sleep sprintf sqrt srand stat stderr stdin stdout strcat strchr strcmp strcpy strlen strncmp strncpy strstr strtol system time tolower toupper wait write NULL FILE"; // prettier-ignore

const javascript =
  "arguments async await boolean break byte case catch char class const continue debugger default delete do double else enum eval export extends false final finally float for from function get goto if implements import in instanceof int interface let long native new null of package private protected public return set short static super switch synchronized this throw throws transient true try typeof undefined var void volatile while with yield alert atob btoa close confirm console document escape event exports fetch focus global history isFinite isNaN length location module name navigator open parent parseFloat parseInt print process prompt require screen self status stop top unescape window"; // prettier-ignore

/** By the language's name. */
const reserved: Readonly<Record<string, ReadonlySet<string>>> = {
  java: new Set(java.split(" ")),
  python: new Set(python.split(" ")),
  c: new Set(c.split(" ")),
  javascript: new Set(javascript.split(" ")),
};

export const isReserved = (word: string, language: string): boolean => reserved[language]?.has(word) ?? false;
