/**
 * How common three characters in a row are in prose and code, letters in either case: what prefilter.ts looks for should
 * be rare. Counted over sources of several languages and their documentation.
 */

/** The common ones, from the most common down; none of them holds the sign that stands between them. */
const COMMON = (
  " th|ion| re|tio|the|ons|ing|he |con| co|ent|str|st |nst| in| se|res|rea|ort|  r|ter|ret|ed |ate|on |por| st|ame|" +
  "est| to|tur|  c|or |tri|ati|ect| no|for|typ|is |ver| an|ode|pro|thi|ype|urn|etu|er |int|ead| a |rin|nam|all| is|" +
  "req|equ|ser|if |def|ess|his|and| if| de|rt |ers|val|che|rom|es |par|ng | pr|of |cti|sta|err|nte|sel| fo|rn |  i|" +
  " of|elf|pti|end|ues|ext|dat|que|ist|to | pa| nu|rro|ror| ca|nd |fro|ith|not|opt|age|s a|se |ted|e: |in |key|exp|" +
  "imp|com|ly |s t|e t|nde|at |met|e, |om | ex|use|ine| li|: s|get|ind|ara|  t|tor|men|one|ult|t t|ber| be|tes|num|" +
  "mbe|ten|onl|cod|  s|der|lin|ts | fr|re |ce | ty|nly|s: | wh|mes|per|ope|lf.|mpo| wi|ool|ble|pat|e a| un| it|cal|" +
  "alu|nce| as|red|t i|sio|nt |erv|ali|ram|fin|ass|tho|umb|an |jec|lue|hem|unc| me|eve|abl|th |ema|sch|hat| va|lic|" +
  "und|cat|s, |fun|e s|are|don|ken|wit|ert| on|ile|t, |obj|e i|our|n t|cre|rve|ont|t: |ll |is.|ins|nal|tex|rce|e c|" +
  "her|nct|: n|ack|it |bje|ns |lis|ste|ado|ere|le |as | ar|ot |ata| fi|set|ace| en|ite| us|f t|tat| op|ire|  d|ull|" +
  "pre|tok|fil| ne|aut|efi|sou|ath|urc|tha|en |rep| or| ma|nse|mpl|oke|ned| cl|, s|ner|rec|nti|nts|cla|ces|xpo|rat|" +
  "t a|act|han|f (|e o|out|uth|arr|sag|nul|ide|ica|: t| al|mat| di|eme| na|arg| tr|mod|omp|ord|, t|tru|htt|ssa|ttp|" +
  " ha|lie|te |nod|e =|n a|non|ete|iti|orm|  p|ens|, a|eso|fer|pe | te|ori|tre|et |enc|s o|e r|ise|url|ple|too|ies|" +
  "  e|wor|tem|rra|ven|s i|ien|ase|ref|cha|sec|des|tin|ore|era|art|t {|cli|own|spo|len|(se|s =|me |  a|sin|pla|rit|" +
  "ule|new|d t|son|pen|tra|tch|be | mo|ray| fu|aul|er.|fau|d: |d, |ain|rop| lo|les|t c|lea|ive|t s|ifi| bo| ke|eth|" +
  "s n|dec|dis|lid|r, |  f|e f|ran|oun|sed|esp| ch|ign|.co| by|lat|whe|ses|r t|e p|ds |ini|oin|ssi|t =|ime|tar|lse|" +
  "ef |ss |eco|} f|can| im|eam|t o|has|ice|del|ch | er|pec|low|ach|al |ost|pon|erf|tim|let|las|es.|loc|f._|pri|add|" +
  "ask| ta|ole|sse| fa| so|rma|bac|scr|efa| su|cri|oid| ob|ato|ren|eat|ome|nit|fac|eta|= n|any|hen| ge|als|ant|ade|" +
  "app|ndi|din|dir|org|ize|tic|sto|* t|ona|, o|r: |: r|pos|ts.|ffe|gin|cto|esu|eri|am |rsi|t f|cke|nds| sc|n i|nne|" +
  'rs |ts"|ele|rip|hea|n s|n, | cr'
).split("|");

const PLACES = new Map(COMMON.map((trigram, place) => [trigram, place]));

/** A number that is the greater the rarer the trigram is; the same for all that are rare. */
export function rarityOf(trigram: string): number {
  return PLACES.get(trigram.toLowerCase()) ?? COMMON.length;
}
