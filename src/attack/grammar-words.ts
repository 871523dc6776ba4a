/** Words of which the Grammar attack builds its clauses. Many of each kind: the shape is to repeat, and no phrase. */

const list = (words: string): readonly string[] => words.trim().split(/\s+/u);

/** What a subordinate clause begins with. */
export const subordinators = list("when if because since once while as after before whenever although until unless");

export const determiners = list("the a our your this that every each another some any no");

export const adjectives = list(`
  current next new given final first last other single simple small large recent early late plain open local remote
  main former present usual proper actual special general common typical central second daily regular separate
  internal external ordinary particular certain
`);

/** Singular nouns for who acts, with a consonant first, so that every determiner fits them. */
export const actors = list(`
  caller user client developer reader tester reviewer maintainer manager customer partner colleague visitor member
  speaker programmer writer planner builder keeper buyer seller doctor teacher student driver neighbour leader helper
  worker guest committee department team board company family school library museum
`);

/** Verbs in the third person that take an object, and the objects. */
export const actions = list(`
  needs wants expects requests checks reviews plans prepares considers describes mentions discusses requires reads
  opens studies follows misses finds likes keeps starts continues finishes changes repeats explains supports joins
  visits watches compares remembers questions values receives suggests tests orders shares
`);

export const things = list(`
  result report summary meeting project task question message lesson journey page record plan schedule letter story
  document chapter folder screen machine device budget contract product service method lecture session survey picture
  reminder proposal decision release deadline notice topic problem
`);

/** What joins the main clause's verb to its subject. */
export const auxiliaries = list("should must can will could shall may might would");

/** Verbs that report what follows them as a clause. */
export const reports = list("says notes states writes remarks adds thinks believes claims argues holds observes");

/** Base forms with which instructions begin. */
export const imperatives: ReadonlySet<string> = new Set(
  list(`
  accept access add adjust allow analyze append apply arrange ask assert assign attach avoid begin bind bring build
  calculate call cancel capture cast catch change check choose classify clean clear clone close collect combine come
  compare compile complete compute concatenate configure confirm connect construct consider convert copy count create
  cut declare decode decrypt define delete deliver derive describe design detect determine develop disable display divide
  do download draw drop edit emit enable encode encrypt end ensure enter establish evaluate examine exclude execute
  expand explain export express extract fetch fill filter find finish fix follow force format formulate gather generate
  get give go grab group handle have hide hold identify implement import improve include increase increment indicate
  initialize insert inspect install introduce invoke iterate join keep leave let limit link list listen load locate
  lock log look loop make manage map mark match measure merge modify move multiply note obtain open order organize
  output parse pass perform pick place populate prepare present press prevent print process produce provide pull push
  put query raise read receive record reduce refactor refer register release reload remember remove rename render
  repeat replace report represent request require reset resolve restore retrieve return reverse run sample save scan
  search see select send separate serialize set show simplify skip sort specify split start stop store strip submit
  subtract sum support swap take test tell transform translate traverse treat trim try turn update upload use validate
  verify view visit wait walk wrap write yield
`),
);
